// The command line that trains a run's settings once more, and a button that copies it.

import { make } from "../core/elements.js";

const FOLDER = "FOLDER stands for where the sounds lie."; // where that is not told: training/repeated.py

/** @param {string} command */
export function runCommand(command) {
  const line = make("code.set-line", { tabindex: "0" }, command);
  const said = make("span.set-faint", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command); // there is none over plain http from another machine
      said.textContent = "Copied.";
    } catch {
      getSelection()?.selectAllChildren(line);
      said.textContent = "Marked: copy it with your keys.";
    }
  };
  const told = ["The same at the command line.", / FOLDER /.test(command) ? FOLDER : "", ""].join(" ");
  const button = make("button.plain", { type: "button", "aria-label": "Copy the command", onclick: copy }, "Copy");
  return make("div.set-command", {}, make("div.set-told", {}, make("span.set-faint", {}, told, said), button), line);
}
