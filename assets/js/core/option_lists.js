// Tab leaves one of Gradio's dropdowns for what follows it. Browsers make a stop of any list that scrolls; Gradio (6.31) takes its list
// away as it gets the focus, which was lost then until Tab was pressed again.

import { targetOf } from "./elements.js";

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Tab") return;
    const list = document.getElementById(targetOf(event).getAttribute?.("aria-controls") ?? "");
    if (list?.role === "listbox") list.tabIndex = -1;
  },
  true,
);
