// What a matrix is to become, and how far it is from it: in words under it, and in how its colours are spread.

import { readable } from "./paint.js";

/** @import { LensNumbers } from "../core/types.d.ts" */

/**
 * The mean on the diagonal and beside it, and the mean size beside it.
 * @param {Pick<LensNumbers, "values" | "shape">} picture
 */
export function parted({ values, shape: [rows, columns] }) {
  const sums = { on: 0, beside: 0, size: 0 };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      if (row === column) sums.on += value;
      else {
        sums.beside += value;
        sums.size += Math.abs(value);
      }
    }
  const least = Math.min(rows, columns);
  const others = rows * columns - least || 1;
  return { on: sums.on / least, beside: sums.beside / others, size: sums.size / others };
}

/**
 * What a matrix shows, as sentences; "" where nothing is declared of it.
 * @param {LensNumbers} picture
 */
export function shownInWords(picture) {
  const { shows, shape } = picture;
  if (!shows) return "";
  if (shows === "shares") return `A model that learned nothing has ${readable(1 / shape[1])} everywhere.`;
  const { on, beside, size } = parted(picture);
  if (shows === "identity")
    return (
      `Diagonal ${short(on)} on average, healthy is near 1; beside it ${short(size)}, healthy is near 0. ` +
      "All dark: the outputs have collapsed. Bright all over: they all say the same. " +
      "Colours go by square roots, so that small values show."
    );
  return (
    `Diagonal ${short(on)} on average, beside it ${short(beside)}: ` +
    "a model that learned nothing has the same in both."
  );
}

/** @param {number} value */
const short = (value) => value.toFixed(2).replace("-", "−");

/**
 * The square root of each value's size, with its sign: .04 becomes .2, and is seen beside 1.
 * @param {Float32Array} values
 */
export const spread = (values) => values.map((value) => Math.sign(value) * Math.sqrt(Math.abs(value)));
