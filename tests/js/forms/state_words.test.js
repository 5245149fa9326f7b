import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, stateLine } from "../../../assets/js/forms/state_words.js";

test("a state is one sentence", () => {
  assert.equal(stateLine({ state: "training", step: 1200, steps: 5000 }), "Training, step 1,200 of 5,000");
  assert.equal(stateLine({ state: "training", step: 7, steps: null }), "Training, step 7");
  assert.equal(
    stateLine({ state: "training", step: 7, message: "A shard is gone." }),
    "Training, step 7. A shard is gone.",
  );
  assert.equal(
    stateLine({ state: "finished", step: 7, seconds: 9, message: "A shard is gone." }),
    "Finished after 7 steps in 9 s. A shard is gone.",
  );
  assert.equal(stateLine({ state: "failed", message: "The disk is gone." }), "Failed: the disk is gone.");
  assert.equal(stateLine({ state: "finished", step: 10, seconds: 7200 }), "Finished after 10 steps in 2.0 h.");
  const waits = { state: "waiting", place: 2, behind: "other" };
  assert.match(
    stateLine({ ...waits, paused: true }),
    /the run “other” is paused and holds the device, and 1 other run waits before it\.$/,
  );
  assert.equal(
    stateLine(waits),
    "Waiting, place 2 in the queue; the run “other” has the device, and 1 other run waits before it.",
  );
  assert.equal(stateLine({ state: "waiting", place: 2, behind: null }), "Waiting, place 2 in the queue.");
  assert.equal(stateLine({ state: "waiting", place: 0, behind: "other" }), "Its trainer is being started.");
  assert.equal(stateLine({ state: "waiting", place: null }), "Waiting, but in no queue: Resume puts it there.");
  assert.match(stateLine({ state: "unknown" }), /newer version/);
});

test("the run that is waited for is called as the list of runs calls it", () => {
  const waits = { state: "waiting", place: 1, behind: "simclr-birds-2026" };
  const called = (/** @type {string} */ run) => `the one of ${run}`;
  assert.match(stateLine(waits, called), /the run “the one of simclr-birds-2026” has the device\.$/);
});

test("how long it will take is told of a paused run too, so that its line stays filled", () => {
  const status = { seconds_left: 330, clips_per_second: 1234.5, device: "CPU, 2 threads" };
  assert.deepEqual(factsOf({ state: "training", ...status }, false), ["6 min left", "1,235 clips/s", "CPU, 2 threads"]);
  assert.deepEqual(factsOf({ state: "paused", ...status }, false), ["6 min left", "CPU, 2 threads"]);
  assert.deepEqual(factsOf({ state: "paused", ...status }, true), ["6 min left"]);
  assert.deepEqual(factsOf({ state: "finished", ...status }, false), []);
});

test("of a run that waits it is told how long that may take, where that is known", () => {
  const waits = { state: "waiting", place: 2, behind: "other" };
  assert.deepEqual(factsOf({ ...waits, wait: 330 }, false), ["What is before it may train for about 6 min more."]);
  assert.deepEqual(factsOf({ ...waits, wait: null }, false), []);
});

test("of a run that is only watched nothing is promised", () => {
  assert.equal(stateLine({ state: "stopped", step: 5, watched: true }), "Stopped at step 5.");
  assert.match(stateLine({ state: "crashed", step: 5, watched: true }), /^Crashed at step 5: its program ended/);
  const imported = { state: "finished", step: 1, seconds: 0, watched: true, message: "Imported 2 files." };
  assert.equal(stateLine(imported), "Imported 2 files.");
});
