// Several runs over each other: what may share a chart, and whose lines stand beside the curves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { levelsOver, sameMeasure, TINTS } from "../../../assets/js/charts/over.js";

const curve = (/** @type {object} */ more = {}) => ({
  ...{ key: "measure/x", title: "X", unit: "share", digits: 2, meaning: "", convention: "k = 20", source: "paper" },
  ...{ lines: [], chart: "", rhythm: /** @type {"step"} */ ("step") },
  ...more,
});
const level = (/** @type {string} */ text, value = 0, look = "plain") => /** @type {any} */ ({ text, value, look });

test("each colour is another one", () => {
  assert.equal(new Set(TINTS).size, TINTS.length);
});

test("curves are over each other where they are declared to be the same", () => {
  const one = { curve: curve(), method: "simclr" };
  assert.ok(sameMeasure(one, { curve: curve({ title: "Other words", meaning: "m" }), method: "byol" }));
  for (const other of [{ unit: "" }, { convention: "k = 5" }, { source: "another paper" }])
    assert.ok(!sameMeasure(one, { curve: curve(other), method: "simclr" }), JSON.stringify(other));
});

test("the losses of two methods are two measures", () => {
  const loss = (/** @type {string} */ method) => ({ curve: curve({ key: "train/loss" }), method });
  assert.ok(sameMeasure(loss("byol"), loss("byol")));
  assert.ok(!sameMeasure(loss("byol"), loss("simclr")));
});

test("a line at which all runs have the same level stands once", () => {
  const lines = [level("MFCC 0.48", 0.48), level("chance 0.03", 0.03, "dotted")];
  assert.deepEqual(
    levelsOver([lines, null, lines]),
    lines.map((line) => ({ ...line, of: null })),
  );
});

test("runs of different data keep their own lines, those that matter", () => {
  const birds = [level("MFCC 0.48", 0.48), level("chance 0.03", 0.03, "dotted"), level("ideal", 1)];
  const bells = [level("MFCC 0.61", 0.61), level("chance 0.10", 0.1, "dotted"), level("ideal", 1)];
  assert.deepEqual(
    levelsOver([birds, bells, bells]).map(({ text, of }) => [text, of]),
    [
      ["MFCC 0.48", 0],
      ["ideal", null],
      ["MFCC 0.61", 1],
    ],
  );
});

test("one run has all its lines", () => {
  assert.equal(levelsOver([[level("a"), level("b", 0, "dotted")]]).length, 2);
});
