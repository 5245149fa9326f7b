// What would be started, in one line, and the button of the drawer with the form.

import { icon, make, targetOf } from "../core/elements.js";
import { drawer } from "./drawer.js";
import { newRun, onNewRun } from "./new_run.js";
import { nameInWords, valueInWords } from "./setting_words.js";

const MOST_CHANGED = 4; // that stand in the line

const UNFILLED = {
  "": "The form is being filled …",
  awaited: "The training begins as soon as the form is filled …",
  "given up": "The page's server does not answer, so nothing was started; reload the page to try again.",
};

/** @import { PartWith } from "../core/types.d.ts" */
/** @import { NewRun } from "./new_run.js" */

/** "without predictor", or the mistake. @param {string} wrong as explorer/pages/form_contents.py names it */
function wrongInWords(wrong) {
  const [kind, name] = wrong.split(":");
  return name ? [`${kind === "part" ? "without " : ""}${nameInWords(name)}`] : [];
}

/**
 * Data, method and what differs from the defaults.
 * @param {Omit<NewRun, "start">} held
 */
export function lineOf({ data, method, wrong, changed }) {
  if (!method) return "";
  const told = changed
    .slice(0, MOST_CHANGED)
    .map(({ name, value, unit }) => `${nameInWords(name)} ${valueInWords(value, unit)}`);
  const more = changed.length > MOST_CHANGED ? [`${changed.length - MOST_CHANGED} more changed`] : [];
  return [`${method} on ${data || "the chosen data"}`, ...wrongInWords(wrong), ...told, ...more].join(" · ");
}

/**
 * The component; `read_only` is what is told where visitors may start nothing.
 * @param {HTMLElement} root
 * @param {PartWith<{read_only?: string}, null>} part
 */
export function mount(root, { props }) {
  const words = make("span.form-words");
  const button = make("button.plain", { type: "button", "aria-controls": "drawer", onclick: () => drawer.toggle() });
  root.append(make("span.form-label", {}, props.read_only ? "Settings" : "New run"), words, button);
  const dress = () => {
    button.replaceChildren(icon(drawer.open ? "close" : "edit"), drawer.open ? "Close" : "Edit");
    button.setAttribute("aria-expanded", String(drawer.open));
  };
  const tell = () => {
    words.textContent = props.read_only || lineOf(newRun) || UNFILLED[newRun.start];
    words.title = words.textContent;
    words.dataset.tone = newRun.start === "given up" ? "bad" : "";
  };
  onNewRun(tell);
  drawer.onChange(dress);
  document.addEventListener("click", (event) => {
    if (targetOf(event).closest("#start")) drawer.leaveSoon(); // which Gradio may make later than this line
  });
  tell();
  dress();
}
