// Lines that lie far from the curves beside which they stand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atEdge } from "../../../assets/js/charts/edge.js";

const line = (/** @type {string} */ text, /** @type {number} */ value, look = "dotted") =>
  /** @type {any} */ ({ text, value, look });
const told = (/** @type {any[]} */ lines, /** @type {number[]} */ values) =>
  atEdge(lines, values).map(({ text, value, far }) => [text, value, far]);

test("a line that is farther off than all else reaches is told at the edge, with where it is", () => {
  const lines = [line("MFCC 0.60", 0.6, "plain"), line("chance 0.10", 0.1), line("limit 9", 9)];
  assert.deepEqual(told(lines, [0.5, 0.8]), [
    ["MFCC 0.60", 0.6, false],
    ["chance 0.10 ↓", 0.5, true],
    ["limit 9 ↑", 0.8, true],
  ]);
});

test("a line that is near stands where it is, and so does one that matters", () => {
  assert.deepEqual(told([line("chance 0.10", 0.1)], [0.3, 0.6]), [["chance 0.10", 0.1, false]]);
  assert.deepEqual(told([line("MFCC 0.60", 0.6, "plain")], [0.1, 0.11]), [["MFCC 0.60", 0.6, false]]);
  const lines = [line("MFCC 0.60", 0.6, "plain"), line("log-mel 0.58", 0.58)];
  assert.deepEqual(told(lines, [0.1, 0.11])[1], ["log-mel 0.58", 0.58, false], "as near as what matters reaches");
});

test("beside nothing that has a reach every line stands where it is", () => {
  assert.deepEqual(told([line("chance 0.10", 0.1)], [0.5]), [["chance 0.10", 0.1, false]]);
  assert.deepEqual(told([line("chance 0.10", 0.1)], []), [["chance 0.10", 0.1, false]]);
});
