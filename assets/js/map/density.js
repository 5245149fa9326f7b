// Groups of points that lie close on the map: peaks of their density, each with the points whose way uphill ends there.
// Finer levels look at the same map with half the width, so that zooming in parts what seemed one.

const CELLS = 48; // of a side at level 0
const WIDTH = 1; // cells to either side over which each of three running means goes: a bell of about 1.4 cells
export const LEVELS = 4;
const LEAST_SHARE = 0.008; // of all points at level 0, below which a group is none; half of it at the next level
const LEAST = 3;

/** @import { Fit } from "./camera.js" */
/** @typedef {{x: number, y: number, points: number[]}} Group  where its density is highest, in the layout's units */

/**
 * The groups at a level, largest first. A few milliseconds for thousands of points.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {Fit} fit the plane that is looked at; points beyond it count at its edge
 * @param {number} level 0 to LEVELS - 1
 * @returns {Group[]}
 */
export function groupsOf(x, y, fit, level) {
  const side = CELLS * 2 ** level;
  const columns = cells(x, fit.x, side);
  const rows = cells(y, fit.y, side);
  const counts = new Float32Array(side * side);
  for (let i = 0; i < columns.length; i++) counts[rows[i] * side + columns[i]]++;
  const density = smoothed(counts, side);
  /** @type {Map<number, number[]>} */
  const members = new Map(); // cell of a peak → points
  /** @type {Map<number, number>} */
  const ends = new Map(); // cell → cell of its peak
  for (let i = 0; i < columns.length; i++) {
    const peak = uphill(density, side, rows[i] * side + columns[i], ends);
    const found = members.get(peak);
    if (found) found.push(i);
    else members.set(peak, [i]);
  }
  const least = Math.max(LEAST, (LEAST_SHARE * columns.length) / 2 ** level);
  const place = (/** @type {number} */ cell, /** @type {[number, number]} */ [low, high]) =>
    low + ((cell + 0.5) / side) * (high - low);
  return [...members]
    .filter(([, points]) => points.length >= least)
    .map(([cell, points]) => ({ x: place(cell % side, fit.x), y: place(Math.floor(cell / side), fit.y), points }))
    .sort((a, b) => b.points.length - a.points.length);
}

/**
 * @param {ArrayLike<number>} values
 * @param {[number, number]} extent
 * @param {number} side
 */
function cells(values, [low, high], side) {
  const perUnit = high > low ? side / (high - low) : 0;
  return Int32Array.from(values, (v) => Math.max(0, Math.min(side - 1, Math.floor((v - low) * perUnit))));
}

/**
 * Three running means in each direction, which come close to a bell.
 * @param {Float32Array<ArrayBuffer>} counts
 * @param {number} side
 */
function smoothed(counts, side) {
  let [from, to] = [counts, new Float32Array(counts.length)];
  for (const [along, across] of /** @type {const} */ ([
    [1, side],
    [side, 1],
  ])) {
    // biome-ignore format: a table
    for (let pass = 0; pass < 3; pass++) {
      for (let line = 0; line < side; line++) runningMean(from, to, line * across, along, side);
      [from, to] = [to, from];
    }
  }
  return from;
}

/**
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} begin
 * @param {number} stride
 * @param {number} count
 */
function runningMean(from, to, begin, stride, count) {
  let sum = 0;
  for (let i = 0; i < WIDTH; i++) sum += from[begin + i * stride];
  for (let i = 0; i < count; i++) {
    if (i + WIDTH < count) sum += from[begin + (i + WIDTH) * stride];
    to[begin + i * stride] = sum;
    if (i >= WIDTH) sum -= from[begin + (i - WIDTH) * stride];
  }
}

/**
 * The peak that the steepest way up from a cell ends at. Among equals the cell with the higher number is the higher one.
 * @param {Float32Array} density
 * @param {number} side
 * @param {number} from
 * @param {Map<number, number>} ends what is known already; grows
 */
function uphill(density, side, from, ends) {
  const way = [];
  let cell = from;
  let peak = ends.get(cell);
  while (peak === undefined) {
    way.push(cell);
    const next = highestAround(density, side, cell);
    peak = next === cell ? cell : ends.get(next);
    cell = next;
  }
  for (const passed of way) ends.set(passed, peak);
  return peak;
}

/**
 * @param {Float32Array} density
 * @param {number} side
 * @param {number} cell
 */
function highestAround(density, side, cell) {
  const [column, row] = [cell % side, Math.floor(cell / side)];
  let best = cell;
  for (let r = Math.max(0, row - 1); r <= Math.min(side - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(side - 1, column + 1); c++) {
      const other = r * side + c;
      if (density[other] > density[best] || (density[other] === density[best] && other > best)) best = other;
    }
  }
  return best;
}
