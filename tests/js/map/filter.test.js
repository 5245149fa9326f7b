import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { leftOut, within, Words } = await import("../../../assets/js/map/filter.js");

/** @import { Column, Points } from "../../../assets/js/core/types.d.ts" */

const POINTS = /** @type {Points} */ (
  /** @type {unknown} */ ({
    n: 4,
    files: ["Drums/kick 1.wav", "drums/snare.wav", "rain.wav", "x.wav"],
    columns: [
      { name: "class", kind: "category", names: ["Kick", "snare"], values: [0, 1, -1, -1] },
      { name: "note", kind: "text", values: ["dry", "wet", "wet", ""] },
      { name: "loudness", kind: "number", values: [1, 2, 3, 4] },
    ],
  })
);
const found = (/** @type {string} */ query) => {
  const test = new Words(POINTS).finder(query);
  return test && [0, 1, 2, 3].filter(test);
};

test("clips are found by label, text and file, whatever the case, and by all words", () => {
  assert.deepEqual(found("kick"), [0]);
  assert.deepEqual(found("DRUMS"), [0, 1]);
  assert.deepEqual(found("wet drums"), [1]);
  assert.deepEqual(found("no label"), []); // is said of them, and not written on them
  assert.deepEqual(found("3"), []);
  assert.equal(found("  "), null);
});

test("clips of before their files are known are found by their labels", () => {
  const test = new Words({ ...POINTS, files: undefined }).finder("snare");
  assert.deepEqual([0, 1, 2, 3].filter(test ?? (() => false)), [1]);
});

test("labels that have changed are found as they are now", () => {
  const tags = { name: "tags", kind: "category", names: ["good"], values: [0, -1, -1, -1] };
  const words = new Words(/** @type {Points} */ (/** @type {unknown} */ ({ ...POINTS, columns: [tags] })));
  const good = () => [0, 1, 2, 3].filter(words.finder("good") ?? (() => false));
  assert.deepEqual(good(), [0]);
  tags.values = [-1, 0, -1, 0];
  assert.deepEqual(good(), [1, 3]);
});

const numbers = (/** @type {(number | null)[]} */ values) =>
  /** @type {Column} */ (/** @type {unknown} */ ({ kind: "number", values }));

test("numbers are kept between two ends, of which one may be open; no number is in no range", () => {
  const kept = (/** @type {[number | null, number | null]} */ between) => {
    const test = within(numbers([1, 2, 3, null]), between);
    return [0, 1, 2, 3].filter((i) => test?.(i));
  };
  assert.deepEqual(kept([2, null]), [1, 2]);
  assert.deepEqual(kept([null, 2]), [0, 1]);
  assert.deepEqual(kept([1.5, 2.5]), [1]);
});

test("from a later to an earlier time of day is across midnight; of other numbers nothing lies so", () => {
  const hours = { ...numbers([22, 23.5, 0, 4, 5, 21.9, null]), unit: "h", low: 0, high: 24 };
  const kept = (/** @type {Column} */ column) => [0, 1, 2, 3, 4, 5, 6].filter((i) => within(column, [22, 4])?.(i));
  assert.deepEqual(kept(hours), [0, 1, 2, 3]);
  assert.deepEqual(kept({ ...hours, unit: "s" }), []);
});

test("a range says nothing of classes, and without one all are kept", () => {
  const category = /** @type {Column} */ (/** @type {unknown} */ ({ kind: "category", values: [0] }));
  assert.equal(within(category, [0, 1]), null);
  assert.equal(within(numbers([1]), null), null);
  assert.equal(leftOut(3, [null, null]), null);
});

test("what one test leaves out is left out", () => {
  assert.deepEqual([...(leftOut(4, [(i) => i > 0, null, (i) => i < 3]) ?? [])], [1, 0, 0, 1]);
});
