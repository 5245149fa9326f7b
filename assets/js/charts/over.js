// Several runs over each other: which curves may share a chart, each run's colour, and each run's own lines beside the curves.

/** @import { Curve } from "../core/types.d.ts" */
/** @import { Level } from "./declared.js" */
/** @typedef {Level & {run: number | null}} OwnLevel a line of one run, or (null) of all that are shown */

/** Colours of the runs, by the style sheet's names; six can be told apart. */
export const TINTS = ["curve-0", "compare", "curve-1", "curve-4", "curve-3", "curve-5"];
/** The colour of a run by its place, by the style sheet's name. @param {number} run */
export const tintOf = (run) => TINTS[run % TINTS.length];
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
 * The lines beside the curves of all runs that are shown. One that all have at the same level stands once; where runs differ
 * each keeps its own, without those that matter least.
 * @param {(Level[] | null)[]} ofRuns  null for a run of which nothing is drawn
 * @returns {OwnLevel[]}
 */
export function levelsOver(ofRuns) {
  const drawn = ofRuns.filter((levels) => levels !== null);
  const shared = (/** @type {Level} */ { text }) =>
    drawn.every((levels) => levels.some((level) => level.text === text));
  const seen = new Set();
  return ofRuns.flatMap((levels, run) =>
    (levels ?? []).flatMap((level) => {
      const own = !shared(level);
      if (seen.has(level.text) || (own && level.look === "dotted")) return [];
      seen.add(level.text);
      return [{ ...level, run: own ? run : null }];
    }),
  );
}
