import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACES, placeOf, slides, valueAt } from "../../../assets/js/forms/setting_slider.js";

const rate = { kind: "float", low: 1e-5, high: 1, optional: false, choices: null, scale: "log" };
const size = { kind: "int", low: 8, high: 512, optional: false, choices: null, scale: "linear" };

test("a slider goes by equal steps, or by equal factors", () => {
  assert.equal(valueAt(size, PLACES / 2), 260);
  assert.equal(valueAt({ ...rate, low: 1e-4 }, PLACES / 2), 0.01);
  assert.equal(valueAt({ ...rate, low: 0 }, PLACES / 2), 0.5); // nothing is a factor of zero
  assert.equal(valueAt({ ...rate, high: 0.9996 }, PLACES), 0.9996, "three digits of it would be more");
});

test("a value and its place belong to each other, and what lies beyond stands at the end", () => {
  for (const value of [8, 100, 512]) assert.equal(valueAt(size, Math.round(placeOf(size, value))), value);
  for (const value of [1e-5, 0.001, 1]) assert.equal(valueAt(rate, placeOf(rate, value)), value);
  assert.deepEqual([placeOf(size, 1), placeOf(size, 9999)], [0, PLACES]);
});

test("only a range that a hand can cover is slid over", () => {
  assert.ok(slides(rate) && slides(size) && slides({ ...size, high: 1e9, scale: "log" }));
  for (const other of [{ high: 1e9 }, { high: null }, { optional: true }, { kind: "bool" }, { choices: ["a"] }])
    assert.ok(!slides({ ...size, ...other }));
});
