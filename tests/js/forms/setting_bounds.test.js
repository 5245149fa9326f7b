import assert from "node:assert/strict";
import { test } from "node:test";
import { expected, isInside, range } from "../../../assets/js/forms/setting_bounds.js";

const setting = (more) => ({ kind: "float", low: null, high: null, optional: false, unit: "", default: 2, ...more });

test("a value lies inside, its bounds included, and is a number of the kind", () => {
  const whole = setting({ kind: "int", low: 1, high: 8 });
  assert.deepEqual(
    [0, 1, 8, 9, 2.5, "2", null].map((value) => isInside(whole, value)),
    [false, true, true, false, false, false, false],
  );
  assert.ok(isInside(setting({ low: 0 }), 1e9) && isInside(setting(), -2.5));
});

test("what was expected is said with the bounds that there are", () => {
  assert.equal(expected(setting({ kind: "int", low: 1, high: 8192 })), "a whole number from 1 to 8,192");
  assert.equal(expected(setting({ low: 1e-5, optional: true })), "a number of at least 1e-5 or nothing");
  assert.equal(expected(setting({ high: 2 })), "a number of at most 2");
  assert.equal(expected(setting({ low: 0, high: 1 })), "a number from 0 to 1");
});

test("the range is told in the setting's unit, with its default", () => {
  assert.equal(range(setting({ low: 1, high: 600, unit: "s", default: 60 })), "(1 s to 10 min, default 60 s)");
  assert.equal(range(setting({ optional: true, default: null })), "(default empty)");
  assert.equal(range(setting({ kind: "str" })), "");
});
