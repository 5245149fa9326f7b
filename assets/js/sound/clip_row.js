// One row of a list of sounds: a small picture to press, a label, how alike it is, and its buttons.

import { icon, make } from "../core/elements.js";

/** @import { ClipRow, IconName } from "../core/types.d.ts" */
/**
 * @typedef {object} Act what a button of the row does
 * @property {string} action in words
 * @property {IconName} sign
 * @property {boolean} [expands] whether it shows and hides something below the row
 * @property {() => void} onAct
 */

const SAID = { true: "the same label", false: "another label" };
const SAID_OF_SEVERAL = { true: "a label in common", false: "no label in common" };

/**
 * @param {ClipRow} row
 * @param {number} index in its list
 * @param {{agrees: boolean | undefined, file: string | undefined, onHear: (event: MouseEvent) => void, acts: Act[]}} more whether its
 *   label is the one that is asked for, where that is known; its file, where that tells it from another row; a button for each
 *   of `acts`
 */
export function clipRow(row, index, { agrees, file, onHear, acts }) {
  const note = [row.lead, row.note].filter(Boolean).join(" · ");
  const title = [row.label, note, row.file].filter(Boolean).join("\n") || null; // in full, as it may be cut
  const said = agrees === undefined ? "" : (row.several ? SAID_OF_SEVERAL : SAID)[`${agrees}`];
  const words = [make("span.clip-label", { title }, ...signOf(agrees, said), row.label ?? "", ...fileOf(file))];
  if (note) words.push(make("span.clip-note", { title }, note));
  const hear = make(
    "button.clip-hear",
    {
      type: "button",
      "aria-label": `Play ${[row.label ?? "sound", file, said].filter(Boolean).join(", ")}`,
      disabled: !row.sound,
      onclick: onHear,
    },
    make("span.clip-rank", {}, `${row.rank ?? index + 1}`),
    make("span.clip-picture", {}, make("canvas", { "data-index": index }), icon("play")),
    make("span.clip-words", {}, ...words),
    row.score !== undefined && Number.isFinite(row.score) ? scoreBar(row.score) : null,
  );
  return make("li.clip", {}, hear, ...acts.map((act) => actOf(act, row.label ?? "")));
}

/** A grey row that keeps the place until the real one comes. */
export const waitingRow = () =>
  make("li.clip.waiting", { "aria-hidden": "true" }, make("span.clip-picture"), make("span.clip-label"));

/** @param {Act} act @param {string} label */
const actOf = ({ action, sign, expands, onAct }, label) =>
  make(
    "button.clip-act",
    {
      type: "button",
      title: action,
      "aria-label": `${action}: ${label}`,
      "aria-expanded": expands ? "false" : null,
      onclick: onAct,
    },
    icon(sign),
  );

/**
 * ✓ or ✗ before a label, which says it in its title as well; nothing where it is not known.
 * @param {boolean | undefined} agrees
 * @param {string} said
 */
const signOf = (agrees, said) =>
  agrees === undefined
    ? []
    : [make("span.clip-agrees", { "data-agrees": String(agrees), title: said }, agrees ? "✓ " : "✗ ")];

/** @param {string} [file] */
const fileOf = (file) => (file ? [" ", make("span.clip-file", { title: file }, file)] : []);

/** @param {number} score a cosine */
function scoreBar(score) {
  const share = Math.max(0, Math.min(1, score));
  return make(
    "span.clip-score",
    { title: "Cosine similarity: 1 is the same direction, 0 is unrelated" },
    make("span.clip-bar", {}, make("span", { style: { width: `${(share * 100).toFixed(1)}%` } })),
    make("span.clip-number", {}, score.toFixed(2).replace("-", "−")),
  );
}
