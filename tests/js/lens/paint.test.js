import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { paint, readable, shownRange, tableFor, unpacked } = await import("../../../assets/js/lens/paint.js");
const { COLOURS } = await import("../../../assets/js/sound/spectrogram_image.js");

/** What is put on a canvas, without one. */
class Image {
  constructor(/** @type {number} */ width, /** @type {number} */ height) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}
Object.assign(globalThis, { ImageData: Image });

function painted(
  /** @type {number[]} */ values,
  /** @type {number} */ rows,
  /** @type {number} */ columns,
  options = {},
) {
  /** @type {Image | undefined} */
  let put;
  const canvas = { getContext: () => ({ putImageData: (/** @type {Image} */ image) => { put = image; } }) }; // biome-ignore format: one line
  const numbers = { values: Float32Array.from(values), low: 0, high: 1 };
  paint(/** @type {any} */ (canvas), numbers, rows, columns, options);
  assert.ok(put);
  return [...new Uint32Array(put.data.buffer)].map((pixel) => COLOURS.indexOf(pixel));
}

test("low has the first colour, high the last, and what lies beyond is held", () => {
  assert.deepEqual(painted([0, 1, -5, 7], 2, 2), [0, 255, 0, 255]);
  assert.equal(painted([Number.NaN, 0.5], 1, 2)[0], 0);
});

test("upwards puts the first row at the bottom, and from begins later", () => {
  assert.deepEqual(painted([0, 0, 1, 1], 2, 2, { upwards: true }), [255, 255, 0, 0]);
  assert.deepEqual(painted([0, 0, 1, 1], 1, 2, { from: 2 }), [255, 255]);
});

test("a range about 0 has colours for both signs", () => {
  assert.notEqual(tableFor({ low: -1, high: 1 }), COLOURS);
  assert.equal(tableFor({ low: -1, high: 3 }), COLOURS);
  assert.equal(tableFor({ low: 0, high: 1 }), COLOURS);
});

test("numbers arrive as float32 and are written in three digits", () => {
  const values = Buffer.from(Float32Array.of(1.5, -2).buffer).toString("base64");
  const about = /** @type {const} */ ({ name: "", title: "", meaning: "", kind: "bars", rows: "", columns: "" });
  assert.deepEqual([...unpacked({ ...about, series: [], low: -2, high: 2, shape: [2], values }).values], [1.5, -2]);
  assert.deepEqual([0.123456, -2, 1234, Number.NaN].map(readable), ["0.123", "−2", "1230", "not a number"]);
});

const ranged = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number[]} */ values) =>
  /** @type {any} */ ({ low, high, values: Float32Array.from(values) });

test("values that use their range keep it", () => {
  assert.deepEqual(shownRange(ranged(0, 1, [0, 0.5, 1])), { low: 0, high: 1, fitted: false });
});

test("probabilities near chance are told apart by a range of their own", () => {
  const { low, high, fitted } = shownRange(ranged(0, 1, [0.01, 0.02, 0.03, Number.NaN]));
  assert.ok(fitted && Math.abs(low - 0.01) < 1e-6 && Math.abs(high - 0.03) < 1e-6);
});

test("shares that lie at chance look alike, and a share far above it has the brightest colour", () => {
  assert.deepEqual(shownRange(ranged(0, 1, [0.248, 0.252]), 0.25), { low: 0, high: 0.5, fitted: true });
  const { low, high } = shownRange(ranged(0, 1, [0, 0.25]), 0.01);
  assert.deepEqual([low, high], [0, 0.25]);
});

test("a range about zero stays, and so does one of equal values", () => {
  assert.equal(shownRange(ranged(-1, 1, [0.1, 0.2])).fitted, false);
  assert.equal(shownRange(ranged(0, 1, [0.2, 0.2])).fitted, false);
});
