import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { frequencyMarks, timeMarks } = await import("../../../assets/js/sound/sound_picture.js");

test("marks of the axes are round and lie inside", () => {
  const marks = frequencyMarks(Array.from({ length: 64 }, (_, i) => 50 * 1.08 ** i));
  assert.deepEqual(marks.slice(0, 2).map(({ text }) => text), ["62", "125"]); // biome-ignore format: one line
  for (const { at } of marks) assert.ok(at > 0 && at < 1);
  assert.deepEqual(frequencyMarks([100, 200, 300]).map(({ text }) => text), ["125", "250"]); // biome-ignore format: one line
  assert.deepEqual(timeMarks(1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(timeMarks(0.03, 5), [0, 0.01, 0.02, 0.03], "a sound of 30 ms has marks, too");
  assert.ok(timeMarks(600, 8).length <= 9);
});
