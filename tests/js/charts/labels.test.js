import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { apart, wrapped } = await import("../../../assets/js/charts/labels.js");

test("a label is broken between words", () => {
  assert.deepEqual(wrapped("positives in 0.37"), ["positives in", "0.37"]);
  assert.deepEqual(wrapped("MFCC 0.48"), ["MFCC 0.48"]);
});

test("labels that would lie over each other are moved apart, in their order and inside the chart", () => {
  const lines = [0.5, 0.48, 0.49, 0].map((value) => ({ value, rows: ["label"] }));
  const pixels = 80;
  const placed = apart(lines, [0, 0.5], pixels).map(({ value, shift }) => (value / 0.5) * pixels + shift);
  for (const [i, at] of placed.entries()) {
    assert.ok(at <= pixels + 7 && at >= -7, `${at}`);
    if (i) assert.ok(at - placed[i - 1] >= 12.9, `${placed}`);
  }
});

test("labels with room between them stay where their lines are", () => {
  const placed = apart(
    [
      { value: 0.2, rows: ["a"] },
      { value: 0.8, rows: ["b"] },
    ],
    [0, 1],
    100,
  );
  assert.deepEqual(
    placed.map(({ shift }) => shift),
    [0, 0],
  );
});
