import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, duration, share } from "../../../assets/js/core/number_words.js";

test("durations are said in about two digits, and what is not known not at all", () => {
  assert.deepEqual([0, 119, 120, 600, 5399, 5400, 7200].map(duration), [
    "0 s",
    "119 s",
    "2 min",
    "10 min",
    "90 min",
    "1.5 h",
    "2.0 h",
  ]);
  assert.deepEqual([null, undefined, Number.NaN].map(duration), ["", "", ""]);
});

test("shares have two digits behind the point and no nought before it", () => {
  assert.deepEqual([0.803, 1, 0, null].map(share), [".80", "1.00", ".00", ""]);
});

test("one thing is not several", () => {
  assert.deepEqual(
    [0, 1, 2000].map((n) => counted(n, "step")),
    ["0 steps", "1 step", "2,000 steps"],
  );
});
