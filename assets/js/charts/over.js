// Several runs over each other: which curves may share a chart, each run's colour, and each run's own lines beside the curves.

/** @import { Curve } from "../core/types.d.ts" */
/** @import { Level } from "./declared.js" */
/** @typedef {Level & {of: number | null}} OwnLevel a line of one of those over each other, or (null) of all */

/** Colours of what lies over each other, by the style sheet's names; six can be told apart. */
export const TINTS = ["curve-0", "compare", "curve-1", "curve-4", "curve-3", "curve-5"];
/** The colour of a run, or of those drawn as one, by its place, by the style sheet's name. @param {number} place */
export const tintOf = (place) => TINTS[place % TINTS.length];
/** How the curves of one run are told apart where its colour says which run it is. */
export const DASHES = ["solid", "dot", "dash", "dashdot", "longdash"];
const LOSS = "train/loss";

/**
 * Whether two runs' curves are of one measure. What a loss is its method says, and no other method's can be compared with it.
 * @param {{curve: Curve, method: string}} a
 * @param {{curve: Curve, method: string}} b
 */
export const sameMeasure = (a, b) =>
  ["key", "unit", "convention", "source"].every(
    (part) => a.curve[/** @type {"key"} */ (part)] === b.curve[/** @type {"key"} */ (part)],
  ) &&
  (a.curve.key !== LOSS || a.method === b.method);

/**
 * The lines beside the curves of all that is shown. One that all have at the same level stands once; where they differ
 * each keeps its own, without those that matter least.
 * @param {(Level[] | null)[]} ofEach  of each run, or of those drawn as one; null where nothing of it is drawn
 * @returns {OwnLevel[]}
 */
export function levelsOver(ofEach) {
  const drawn = ofEach.filter((levels) => levels !== null);
  const shared = (/** @type {Level} */ { text }) =>
    drawn.every((levels) => levels.some((level) => level.text === text));
  const seen = new Set();
  return ofEach.flatMap((levels, place) =>
    (levels ?? []).flatMap((level) => {
      const own = !shared(level);
      if (seen.has(level.text) || (own && level.look === "dotted")) return [];
      seen.add(level.text);
      return [{ ...level, of: own ? place : null }];
    }),
  );
}
