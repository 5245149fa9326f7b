import assert from "node:assert/strict";
import { test } from "node:test";
import { headOf, inWords, judged, MEASURES, score, written, yesOrNo } from "../../../assets/js/twins/words.js";

const measures = (...rights) => rights.map((right) => ({ right }));

test("what was right is counted, without what could not be judged", () => {
  assert.equal(score({ measures: measures(true, false, true, null), right: true }), "3 of 4 predictions were right.");
  assert.equal(
    score({ measures: measures(false, false, false, false), right: false }),
    "0 of 5 predictions were right.",
  );
  assert.equal(score({ measures: measures(null, null, null, null), right: null }), "");
});

test("it is told whether they went to the end, and where they were stopped", () => {
  const told = { step: 1127, ended: true, early: null, measures: measures(true), right: false };
  assert.equal(headOf(told), "At the end, step 1,127. 1 of 2 predictions were right.");
  assert.equal(
    headOf({ ...told, early: 3000 }),
    "Stopped early, at step 1,127 of 3,000. 1 of 2 predictions were right.",
  );
  assert.match(headOf({ ...told, ended: false }), /^So far, at step 1,127\./);
  assert.match(headOf(null), /second snapshot/);
});

test("values are written with the digits of their measure, and what is missing as a dash", () => {
  const [loss, spread, rank] = MEASURES.map((about) => about[3]);
  assert.equal(written(-0.7194, loss), "−.719");
  assert.equal(written(0.976, spread), ".98");
  assert.equal(written(47.83, rank), "47.8");
  assert.equal(written(10, spread), "10.00");
  assert.equal(written(null, rank), "–");
});

test("directions and answers are words", () => {
  assert.deepEqual(["lower", "same", "higher", null].map(inWords), ["lower", "about the same", "higher", "–"]);
  assert.deepEqual([true, false, null].map(yesOrNo), ["yes", "no", "–"]);
});

test("a prediction is judged when both runs have ended, not while they train", () => {
  assert.deepEqual(
    [true, false, null].map((right) => judged(right, false)),
    ["", "", ""],
  );
  assert.deepEqual(
    [true, false, null, undefined].map((right) => judged(right, true)),
    ["✓ right", "✗ wrong", "", ""],
  );
});
