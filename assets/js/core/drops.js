// Files that are dropped beside the box for sounds go into it all the same: a browser would leave the page to open them.

import { drawer } from "../forms/drawer.js";
import { isSeen } from "./pulse.js";

const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Where files of the open tab go, or null: on Live the box lies in the form of a new run. */
function box() {
  const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".sound-drop input[type=file]")]);
  return boxes.find((input) => isSeen(/** @type {HTMLElement} */ (input.closest("[role=tabpanel]")))) ?? null;
}

window.addEventListener("dragover", (event) => {
  if (event.defaultPrevented || !carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = box() ? "copy" : "none";
});

window.addEventListener("drop", (event) => {
  if (event.defaultPrevented || !carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  const input = box();
  if (!input) return;
  if (input.closest("#drawer")) drawer.set(true); // what becomes of them is told there
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
