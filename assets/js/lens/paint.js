// Numbers as colours: one pixel a number, enlarged by the style sheet.

import { make } from "../core/elements.js";
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

/** {shape, values, low, high} as sent → the same with values as Float32Array. */
export function unpacked(picture) {
  return { ...picture, values: new Float32Array(bytesOf(picture.values).buffer) };
}

export const tableFor = ({ low, high }) =>
  low < 0 && high > 0 && Math.abs(low + high) < 0.02 * (high - low) ? SIGNED : COLOURS;

/** Puts `values` (rows × columns, beginning at `from`) on a canvas, one pixel each; `upwards` puts row 0 at the bottom. */
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
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A strip with all colours from low to high, and the numbers they stand for. */
export function legend({ low, high }, table) {
  const strip = make("canvas", { "aria-hidden": "true" });
  paint(strip, { values: Float32Array.from({ length: 256 }, (_, i) => i), low: 0, high: 255 }, 1, 256, { table });
  return make("p.lens-legend", {}, readable(low), strip, readable(high));
}

export const readable = (value) =>
  Number.isFinite(value) ? Number(value.toPrecision(3)).toString().replace("-", "−") : "not a number";
