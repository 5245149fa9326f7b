// What is foretold of a broken run beside its healthy twin: which way each measure goes, and whether it collapses.

import { make } from "../core/elements.js";
import { DIRECTIONS, MEASURES } from "./words.js";

/** @type {{name: string, title: string, says: string, choices: string[][]}[]} `choices`: value and words */
const ROWS = [
  ...MEASURES.map(([name, title, says]) => ({ name, title, says, choices: DIRECTIONS })),
  {
    name: "collapses",
    title: "Will it collapse?",
    says: "by the verdict at the end",
    choices: [
      ["no", "no"],
      ["yes", "yes"],
    ],
  },
];

/** The names of all that is foretold. */
export const FORETOLD = ROWS.map(({ name }) => name);

/** A row of choices for each, of which one holds. @param {() => void} changed */
export const predictions = (changed) =>
  make(
    "div.collapse-rows",
    {},
    ...ROWS.map(({ name, title, says, choices }) =>
      make(
        "div.collapse-row",
        { role: "radiogroup", "aria-label": title },
        make("div.collapse-asked", {}, make("strong", {}, title), make("small", {}, says)),
        ...choices.map(([value, words]) =>
          make(
            "label.collapse-choice",
            {},
            make("input", { type: "radio", name: `collapse-${name}`, value, onchange: changed }),
            make("span", {}, words),
          ),
        ),
      ),
    ),
  );
