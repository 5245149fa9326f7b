// Browsers lend a page that came over plain http no microphone, unless it is of the same machine. Gradio's recorder says then
// that none was found; what the visitor can do is said instead.

import { make, targetOf } from "./elements.js";

const TOLD =
  "Nothing can be recorded here: this page came over http, and browsers lend their microphone to pages over https alone; " +
  "record it elsewhere and upload the file.";

/** @type {HTMLElement | undefined} */
let line;

document.addEventListener(
  "click",
  (event) => {
    const button = targetOf(event).closest(".sound-drop [aria-label='Record audio']");
    if (!button || navigator.mediaDevices) return;
    event.stopPropagation();
    line?.remove();
    line = make("p.notice-line", { role: "alert" }, TOLD);
    const box = /** @type {HTMLElement} */ (button.closest(".sound-drop"));
    box.after(line);
    box.addEventListener("change", () => line?.remove(), { once: true }); // the box tells what becomes of the file
  },
  true,
);
