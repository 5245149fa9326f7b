// How long a run that has finished is to be trained in all: a button for each length, and one that leaves it as it is.

import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";

/** @import { Longer } from "../core/types.d.ts" */

/**
 * A length in words.
 * @param {Longer["bound"]} bound
 * @param {number} length
 */
export const lengthWords = (bound, length) =>
  bound === "steps" ? counted(length, "step") : `${length.toLocaleString("en")} s`;

/**
 * @param {Longer} longer
 * @param {(whole: number | null) => void} chosen called once: with a length, or null for none
 */
export function lengthChoice({ bound, lengths }, chosen) {
  /** @type {(words: string, whole: number | null) => HTMLElement} */
  const button = (words, whole) => make("button.plain", { type: "button", onclick: () => chosen(whole) }, words);
  const words = make("span", {}, "How long, in all?");
  const buttons = lengths.map((length) => button(lengthWords(bound, length), length));
  const choice = make("div.state-lengths", { role: "group" }, words, ...buttons, button("Not now", null));
  choice.ariaLabel = words.textContent;
  choice.onkeydown = (event) => event.key === "Escape" && chosen(null);
  return choice;
}
