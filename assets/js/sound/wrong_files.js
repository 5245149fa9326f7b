// A file that is no sound is told in one sentence of ours, where Gradio's field for sounds would list the types that it takes.

import { targetOf } from "../core/elements.js";

/**
 * @param {File} file
 * @param {string} expected
 */
export const wrongFile = ({ name, type }, expected) =>
  `“${name}” is no sound file${type ? ` (${type})` : ""}; ${expected} were expected.`;

/**
 * Looks at what is chosen for Gradio's field or dropped on it, before Gradio does.
 * @param {string} id of the field's element, which Gradio may make later
 * @param {string} expected kinds of sound
 * @param {(sentence: string) => void} say "" for a file that Gradio takes
 */
export function tellWrongFiles(id, expected, say) {
  /** @type {(event: Event) => void} */
  const look = (event) => {
    const target = /** @type {HTMLInputElement} */ (targetOf(event));
    if (!target.closest(`#${id}`)) return;
    const dropped = event instanceof DragEvent ? event.dataTransfer : null;
    const wrong = [...((dropped ?? target).files ?? [])].find(({ type }) => !type.startsWith("audio/")); // as Gradio has it
    say(wrong ? wrongFile(wrong, expected) : "");
    if (!wrong) return;
    event.preventDefault(); // the browser would open it
    event.stopImmediatePropagation();
    if (dropped) target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    else target.value = ""; // so that the same one can be chosen again
  };
  for (const kind of ["change", "drop"]) document.addEventListener(kind, look, true);
}
