import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { allAlone, counts, differences, restOf } = await import("../../../assets/js/selection/facts.js");

/** @import { Column } from "../../../assets/js/core/types.d.ts" */

/** @type {(changes: Partial<Column>) => Column} */
const column = (changes) => ({
  ...{ name: "c", title: "C", kind: "category", per: "clip", unit: "", digits: 1, meaning: "", names: [] },
  ...{ low: null, high: null, writer: "trainer" },
  ...changes,
});

test("values are counted, the commonest first, and clips without one are left out", () => {
  const labels = column({ names: ["bell", "dog", "rain"], values: [0, 1, 1, -1, 2, 2] });
  assert.deepEqual(counts(labels, [0, 1, 2, 3]), [
    { name: "dog", count: 2, all: 2 },
    { name: "bell", count: 1, all: 1 },
  ]);
  assert.deepEqual(counts(labels, []), []);
});

test("what the bars leave out is said: further values, and clips without one", () => {
  const found = [{ count: 3 }, { count: 1 }];
  assert.deepEqual(
    [restOf(found, 4, 2), restOf(found, 9, 2), restOf(found, 9, 1), restOf([], 2, 5)],
    ["", "5 without one", "and 1 more, 5 without one", "2 without one"],
  );
});

test("bars of which each stands for one clip are said in a line", () => {
  const [one, two] = [{ count: 1 }, { count: 2 }];
  assert.deepEqual(
    [allAlone([one, one, one], 2), allAlone([one, one], 2), allAlone([two, one, one], 2)],
    [true, false, false],
  );
});

test("differences from the rest are told in words, the most marked first, small ones not at all", () => {
  const loud = column({ name: "loudness", title: "Loudness", kind: "number", unit: "dB", values: [-6, -6, -12, -12] });
  const long = column({ name: "duration", title: "Duration", kind: "number", unit: "s", values: [1, 2, 3, 3] });
  const sure = column({ title: "Sureness", kind: "number", digits: 2, values: [0.5, null, 0.5, 0.5] });
  assert.deepEqual(
    differences([long, sure, loud], [0, 1]).map(({ text }) => text),
    ["Louder than the rest by 6.0 dB", "Shorter than the rest by 1.5 s"],
  );
  assert.deepEqual(differences([loud], [0, 1, 2, 3]), []);
  assert.deepEqual(differences([loud], []), []);
  const near = column({ title: "Trust", kind: "number", digits: 2, values: [0.991, 0.991, 0.994, 0.994] });
  assert.deepEqual(differences([near], [0, 1]), [], "what is written as by 0.00 is none");
  const hour = column({ ...loud, name: "hour", unit: "h", low: 0, high: 24, values: [23.9, 0.1, 12, 12] });
  assert.deepEqual(differences([hour], [0, 1]), [], "the middle of two times around midnight isn't noon");
});
