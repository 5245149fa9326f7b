import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { parted, shownInWords, spread } = await import("../../../assets/js/lens/shows.js");

const matrix = (/** @type {number[]} */ values, /** @type {string} */ shows, shape = [2, 2]) =>
  /** @type {any} */ ({ values: Float32Array.from(values), shape, shows });

test("a matrix is parted into its diagonal and what lies beside it", () => {
  const { on, beside, size } = parted(matrix([1, -0.5, 0.5, 3], ""));
  assert.deepEqual([on, beside, size], [2, 0, 0.5]);
  assert.deepEqual(parted(matrix([4], "", [1, 1])), { on: 4, beside: 0, size: 0 });
});

test("what a collapse looks like is said beside what is there", () => {
  const collapsed = shownInWords(matrix([0.001, 0, 0, 0.001], "identity"));
  assert.match(collapsed, /Diagonal 0\.00 on average, healthy is near 1/);
  assert.match(collapsed, /All dark: the outputs have collapsed/);
});

test("chance is said: the same on the diagonal, or an even share", () => {
  assert.match(
    shownInWords(matrix([0.9, 0.1, -0.1, 0.7], "diagonal")),
    /Diagonal 0\.80 .* beside it 0\.00: a model that/,
  );
  assert.match(shownInWords(matrix([0.5, 0.5, 0.5, 0.5], "shares")), /learned nothing has 0\.5 everywhere/);
  assert.equal(shownInWords(matrix([0, 0, 0, 0], "")), "");
});

test("small values are seen beside large ones, on their side", () => {
  assert.deepEqual([...spread(Float32Array.of(0.25, -0.25, 0, 1))], [0.5, -0.5, 0, 1]);
});
