// What the selected clips are, and how they differ from the rest.

import { isTimeOfDay, namesOf, number } from "../map/columns.js";

const LEAST = 0.2; // of a standard deviation, that a difference is worth a line
/** @type {Record<string, [more: string, less: string]>} */
const WORDS = { loudness: ["Louder", "Quieter"], duration: ["Longer", "Shorter"] };

/** @import { Column } from "../core/types.d.ts" */

/**
 * How many of the selected points have each value of a category, the commonest first, beside how many there are of it.
 * @param {Column} column with its values
 * @param {number[]} points
 * @returns {{name: string, count: number, all: number}[]}
 */
export function counts(column, points) {
  const values = column.values ?? [];
  const tally = (/** @type {number[]} */ codes) => {
    /** @type {Map<number, number>} */
    const found = new Map();
    for (const code of codes) if (code >= 0) found.set(code, (found.get(code) ?? 0) + 1);
    return found;
  };
  const all = tally(values);
  const mine = [...tally(points.map((point) => values[point]))].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return mine.map(([code, count]) => ({ name: namesOf(column)[code] ?? "", count, all: all.get(code) ?? 0 }));
}

/**
 * Whether there are more than `most` values and no clip shares its own, as where each is a file: bars of 1 say nothing.
 * @param {{count: number}[]} found
 * @param {number} most
 */
export const allAlone = (found, most) => found.length > most && found.every(({ count }) => count === 1);

/**
 * What `counts` of n points leaves unsaid when the first `most` are told.
 * @param {{count: number}[]} found
 * @param {number} n
 * @param {number} most
 */
export function restOf(found, n, most) {
  const more = found.length - most;
  const without = n - found.reduce((sum, { count }) => sum + count, 0);
  return [more > 0 && `and ${more} more`, without > 0 && `${without} without one`].filter(Boolean).join(", ");
}

/**
 * In which numbers the selected points differ from all others, in words, the most marked first; times of day have no mean.
 * @param {Column[]} columns of numbers, with their values
 * @param {number[]} points
 */
export function differences(columns, points) {
  const mine = new Set(points);
  return columns
    .filter((column) => !isTimeOfDay(column))
    .map((column) => difference(column, mine))
    .filter((found) => found !== null)
    .sort((a, b) => b.size - a.size);
}

/**
 * @param {Column} column
 * @param {Set<number>} mine
 */
function difference(column, mine) {
  const values = (column.values ?? []).map((value, point) => ({ value, inside: mine.has(point) }));
  const there = values.filter(({ value }) => typeof value === "number" && Number.isFinite(value));
  const inside = there.filter((each) => each.inside).map(({ value }) => value);
  const rest = there.filter((each) => !each.inside).map(({ value }) => value);
  if (!inside.length || rest.length < 2) return null;
  const all = [...inside, ...rest];
  const middle = mean(all);
  const spread = Math.sqrt(mean(all.map((value) => (value - middle) ** 2)));
  const by = mean(inside) - mean(rest);
  const size = spread > 0 ? Math.abs(by) / spread : 0;
  const words = number(Math.abs(by), column);
  if (size < LEAST || words === number(0, column)) return null; // "by 0.00" is no difference
  const [more, less] = WORDS[column.name] ?? [`${column.title}: higher`, `${column.title}: lower`];
  return { text: `${by > 0 ? more : less} than the rest by ${words}`, size };
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
