// Gradio's notices over the page. A second press of the same button takes away what was said before, so that the same sentence
// doesn't pile up.

import { targetOf } from "./elements.js";

/** @type {Set<string>} */
const pressed = new Set(); // by what they are called, as a button may be made anew meanwhile

function closeNotices() {
  for (const close of document.querySelectorAll(".toast-body .toast-close")) /** @type {HTMLElement} */ (close).click();
}

document.addEventListener(
  "click",
  (event) => {
    const button = targetOf(event).closest?.("button");
    if (!button || button.closest(".toast-wrap")) return;
    const name = button.id || button.getAttribute("aria-label") || button.textContent;
    if (pressed.has(name)) {
      closeNotices();
      pressed.clear();
    }
    pressed.add(name);
  },
  true, // before what the press does
);
