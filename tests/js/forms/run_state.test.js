import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { offered, toneOf } = await import("../../../assets/js/forms/run_state.js");

test("what can be asked of a run depends on its state", () => {
  assert.deepEqual(offered({ state: "training" }), ["pause", "stop"]);
  assert.deepEqual(offered({ state: "waiting", place: 1 }), ["stop"]);
  assert.deepEqual(offered({ state: "waiting" }), ["resume"]); // in no queue
  assert.deepEqual(offered({ state: "training", read_only: true }), []);
});

test("a run that has finished can be trained longer where the server says to which lengths", () => {
  /** @type {(lengths: number[]) => {bound: "steps", lengths: number[]}} */
  const to = (lengths) => ({ bound: "steps", lengths });
  assert.deepEqual(offered({ state: "finished", longer: to([300, 400]) }), ["longer"]);
  assert.deepEqual(offered({ state: "finished", longer: to([]) }), []);
  assert.deepEqual(offered({ state: "finished" }), []); // of an export
  for (const only of [{ read_only: true }, { watched: true }])
    assert.deepEqual(offered({ state: "finished", longer: to([300]), ...only }), []);
});

test("a run of which something is wrong isn't offered more of the same", () => {
  const longer = { bound: /** @type {const} */ ("steps"), lengths: [300] };
  assert.deepEqual(offered({ state: "finished", longer, warning: "Complete collapse since step 40." }), []);
  assert.deepEqual(offered({ state: "stopped", warning: "Complete collapse since step 40." }), ["resume"]);
});

test("of a run that is only watched nothing is asked", () => {
  for (const state of ["training", "preparing", "stopped", "crashed", "failed"])
    assert.deepEqual(offered({ state, watched: true }), []);
});

test("a state that the server no longer tells has the colour of trouble", () => {
  assert.equal(toneOf({ state: "training" }, ""), "busy");
  assert.equal(toneOf({ state: "training", warning: "It collapses." }, ""), "warned");
  assert.equal(toneOf({ state: "finished", warning: "It collapses." }, "The page's server does not answer."), "bad");
  assert.equal(toneOf({ state: "of tomorrow" }, ""), "calm");
});
