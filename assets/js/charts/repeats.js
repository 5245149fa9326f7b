// Runs that differ in their seed alone, drawn as one: the mean of their curves, and from the lowest to the highest of them.

import { TINTS } from "./over.js";

/** @import { RunRow } from "../core/types.d.ts" */
/** @typedef {{x: number[], y: number[]}} Line */

const MOST_POINTS = 600; // of a mean; a chart is no wider than some hundred pixels

/**
 * Runs by their places: those that repeat each other together, in the order of the first of them.
 * @param {(RunRow | undefined)[]} rows undefined for a run of which nothing is known
 * @returns {number[][]}
 */
export function groupsOf(rows) {
  /** @type {Map<string | number, number[]>} */
  const groups = new Map();
  for (const [place, row] of rows.entries()) {
    const word = row?.repeats ?? place;
    groups.set(word, [...(groups.get(word) ?? []), place]);
  }
  return [...groups.values()];
}

/**
 * Whether there is anything to draw as one, and whether that is done where nobody chose: repeats of one thing alone are looked
 * at to see how they differ, and more runs than there are colours can't be told apart.
 * @param {number[][]} groups
 */
export function asOne(groups) {
  const runs = groups.flat().length;
  const able = groups.length < runs;
  return { able, usual: able && (groups.length > 1 || runs > TINTS.length), must: able && runs > TINTS.length };
}

/**
 * The mean of several curves, the lowest and the highest, from where the last of them begins to where the first one ends. Between
 * their points curves are straight, so that runs may have been measured at other steps or seconds.
 * @param {Line[]} lines each in the order of x
 */
export function together(lines) {
  const from = Math.max(...lines.map(({ x }) => x[0] ?? Infinity));
  const to = Math.min(...lines.map(({ x }) => x.at(-1) ?? -Infinity));
  const every = [...new Set(lines.flatMap(({ x }) => x))].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  const x = thinned(every, MOST_POINTS);
  const values = lines.map((line) => along(line, x));
  const at = (/** @type {(found: number[]) => number} */ of) => x.map((_, i) => of(values.map((found) => found[i])));
  return {
    x,
    mean: at((found) => found.reduce((sum, value) => sum + value, 0) / found.length),
    low: at((found) => Math.min(...found)),
    high: at((found) => Math.max(...found)),
  };
}

/**
 * About `most` of some points, evenly taken, the newest among them.
 * @template Point
 * @param {Point[]} points
 * @param {number} most
 */
export function thinned(points, most) {
  const often = Math.ceil(points.length / most);
  return points.filter((_, i) => i % often === 0 || i === points.length - 1);
}

/**
 * What a curve is at places within it, of which each lies behind the one before.
 * @param {Line} line
 * @param {number[]} places
 */
function along({ x, y }, places) {
  let after = 0;
  return places.map((place) => {
    while (x[after] < place) after++;
    if (x[after] === place) return y[after];
    const share = (place - x[after - 1]) / (x[after] - x[after - 1]);
    return (1 - share) * y[after - 1] + share * y[after];
  });
}
