// Numbers as colours: one pixel a number, enlarged by the style sheet.

import { contextOf, make } from "../core/elements.js";
import { bytesOf } from "../core/source.js";
import { COLOURS, colourTable } from "../sound/spectrogram_image.js";

// Where a range lies evenly about 0: blue below, nearly black at 0, orange above.
const SIGNED = colourTable([
  [0, 190, 230, 255],
  [0.2, 70, 150, 220],
  [0.4, 24, 62, 104],
  [0.5, 14, 16, 22],
  [0.6, 104, 48, 20],
  [0.8, 226, 120, 40],
  [1, 255, 226, 170],
]);

/** @import { LensNumbers, LensPicture } from "../core/types.d.ts" */

/**
 * A picture as sent → the same with its numbers.
 * @param {LensPicture} picture
 * @returns {LensNumbers}
 */
export function unpacked(picture) {
  return { ...picture, values: new Float32Array(bytesOf(picture.values).buffer) };
}

/**
 * The colours for a range.
 * @param {{low: number, high: number}} range
 */
export const tableFor = ({ low, high }) =>
  low < 0 && high > 0 && Math.abs(low + high) < 0.02 * (high - low) ? SIGNED : COLOURS;

const SEEN = 0.3; // of a declared range that values must span to be told apart in it

/**
 * The range that colours are given: the declared one, or where values use little of it, as probabilities near chance do,
 * what is there. One that lies about 0 stays, since its colours say which side a value is on. Around chance as much is
 * shown as lies below it, so that shares which differ by a hair look alike.
 * @param {LensNumbers} numbers
 * @param {number} [chance] what all values are where nothing was learned
 * @returns {{low: number, high: number, fitted: boolean}}
 */
export function shownRange(numbers, chance) {
  const { low, high, values } = numbers;
  const finite = values.filter(Number.isFinite);
  let [least, most] = [Infinity, -Infinity];
  for (const value of finite) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const fitted = tableFor(numbers) !== SIGNED && most > least && most - least < SEEN * (high - low);
  if (!fitted) return { low, high, fitted };
  return chance === undefined ? { low: least, high: most, fitted } : { low, high: Math.max(most, 2 * chance), fitted };
}

/**
 * Puts `values` (rows × columns, beginning at `from`) on a canvas, one pixel each; `upwards` puts row 0 at the bottom.
 * @param {HTMLCanvasElement} canvas
 * @param {{values: Float32Array, low: number, high: number}} numbers
 * @param {number} rows
 * @param {number} columns
 */
export function paint(
  canvas,
  { values, low, high },
  rows,
  columns,
  { from = 0, upwards = false, table = COLOURS } = {},
) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let row = 0; row < rows; row++) {
    const to = (upwards ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column++) {
      const level = Math.round((values[from + row * columns + column] - low) * scale);
      pixels[to + column] = table[Math.max(0, Math.min(255, level || 0))];
    }
  }
  contextOf(canvas).putImageData(image, 0, 0);
}

/**
 * A strip with all colours from low to high, and the numbers they stand for; a mark where chance lies in it.
 * @param {{low: number, high: number}} range
 * @param {Uint32Array<ArrayBuffer>} [table]
 * @param {{chance?: number, spreads?: boolean}} [options] `spreads`: colours go by square roots, about 0
 */
export function legend({ low, high }, table, { chance, spreads = false } = {}) {
  const strip = make("canvas", { "aria-hidden": "true" });
  paint(strip, { values: Float32Array.from({ length: 256 }, (_, i) => i), low: 0, high: 255 }, 1, 256, { table });
  /** @type {[place: number, words: string][]} */
  const marks = spreads ? [-0.5, 0, 0.5].map((at) => [0.5 + at / 2, readable(at * Math.abs(at) * high)]) : [];
  if (chance !== undefined) marks.push([(chance - low) / (high - low || 1), `chance ${readable(chance)}`]);
  const inside = marks.filter(([place]) => place >= 0 && place <= 1);
  const named = inside.map(([place, words]) => make("span.lens-mark", { style: { left: `${100 * place}%` } }, words));
  const scale = make("span.lens-strip-scale", {}, strip, ...named);
  return make("p.lens-legend", { "data-marked": named.length > 0 }, readable(low), scale, readable(high));
}

/**
 * A number in three digits.
 * @param {number} value
 */
export const readable = (value) =>
  Number.isFinite(value) ? Number(value.toPrecision(3)).toString().replace("-", "−") : "not a number";
