// Files that are dropped beside the box for sounds go into it all the same: a browser would leave the page to open them.
// A folder goes into it as one zip, wherever it is dropped: the box itself takes files alone.

import { drawer } from "../forms/drawer.js";
import { asZip } from "./dropped_folders.js";
import { make } from "./elements.js";
import { isSeen } from "./pulse.js";

const BOX = ".sound-drop";
const ONE_SOUND = "Only one sound is taken here; a folder of sounds is taken by a new run on Live.";

const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Where files of the open tab go, or null: on Live the box lies in the form of a new run. */
function box() {
  const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(`${BOX} input[type=file]`)]);
  return boxes.find((input) => isSeen(/** @type {HTMLElement} */ (input.closest("[role=tabpanel]")))) ?? null;
}

/** What is in a drop, or nothing where it holds no folder. @param {DragEvent} event @returns {FileSystemEntry[]} */
function withFolders({ dataTransfer }) {
  const items = [...(dataTransfer?.items ?? [])];
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return entries.some((entry) => entry.isDirectory) ? entries : [];
}

/** @param {HTMLInputElement} input @param {FileList} files */
function give(input, files) {
  input.files = files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {HTMLInputElement} input @param {FileSystemEntry[]} entries */
async function giveFolders(input, entries) {
  const place = /** @type {HTMLElement} */ (input.closest(BOX));
  const line = place.parentElement?.querySelector(".drop-line") ?? make("p.notice-line.drop-line", { role: "status" });
  place.after(line);
  line.textContent = input.multiple ? "Reading what was dropped …" : ONE_SOUND;
  input.addEventListener("change", () => line.remove(), { once: true }); // the box tells what becomes of it
  if (!input.multiple) return;
  try {
    const files = new DataTransfer();
    files.items.add(await asZip(entries));
    give(input, files.files);
  } catch (reason) {
    line.textContent = /** @type {Error} */ (reason).message;
  }
}

window.addEventListener("dragover", (event) => {
  if (event.defaultPrevented || !carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = box() ? "copy" : "none";
});

window.addEventListener(
  "drop",
  (event) => {
    const folders = withFolders(event);
    const target = /** @type {Element} */ (event.target);
    const input = target.closest(BOX)?.querySelector("input") ?? box();
    if (!folders.length || !input) return;
    event.preventDefault();
    event.stopPropagation();
    target.dispatchEvent(new DragEvent("dragleave", { bubbles: true })); // the box no longer waits for what is above it
    if (input.closest("#drawer")) drawer.set(true);
    giveFolders(input, folders);
  },
  { capture: true },
);

window.addEventListener("drop", (event) => {
  if (event.defaultPrevented || !carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  const input = box();
  if (!input) return;
  if (input.closest("#drawer")) drawer.set(true); // what becomes of them is told there
  give(input, event.dataTransfer.files);
});
