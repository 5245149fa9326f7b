// Runs that differ in their seed alone: which they are, when they are drawn as one, and the mean of their curves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asOne, groupsOf, together } from "../../../assets/js/charts/repeats.js";

const row = (/** @type {string | null} */ repeats) => /** @type {any} */ ({ repeats });

test("runs that repeat each other are together, others alone", () => {
  const rows = [row("a"), row("b"), row("a"), row(null), undefined, row(null), row("b")];
  assert.deepEqual(groupsOf(rows), [[0, 2], [1, 6], [3], [4], [5]]);
});

test("repeats are drawn as one beside something else, and where there are more than colours", () => {
  assert.deepEqual(asOne([[0], [1]]), { able: false, usual: false, must: false });
  assert.deepEqual(asOne([[0, 1, 2]]), { able: true, usual: false, must: false });
  assert.deepEqual(asOne([[0, 1], [2]]), { able: true, usual: true, must: false });
  assert.deepEqual(asOne([[0, 1, 2, 3, 4, 5, 6]]), { able: true, usual: true, must: true });
});

test("the mean, lowest and highest of curves at the points of any of them, where all of them are", () => {
  const found = together([
    { x: [0, 2, 4], y: [0, 2, 4] },
    { x: [1, 2, 3], y: [3, 0, 5] },
  ]);
  assert.deepEqual(found.x, [1, 2, 3]);
  assert.deepEqual(found.mean, [2, 1, 4]);
  assert.deepEqual(found.low, [1, 0, 3]);
  assert.deepEqual(found.high, [3, 2, 5]);
});

test("curves that have no place in common have no mean", () => {
  for (const other of [
    { x: [5, 6], y: [1, 1] },
    { x: [], y: [] },
  ])
    assert.deepEqual(together([{ x: [0, 1], y: [0, 1] }, other]).x, []);
});

test("a long mean is thinned and keeps its newest point", () => {
  const x = Array.from({ length: 4000 }, (_, i) => i);
  const found = together([
    { x, y: x },
    { x, y: x },
  ]);
  assert.ok(found.x.length <= 601 && found.x.at(-1) === 3999, `${found.x.length}`);
});
