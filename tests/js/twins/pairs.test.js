import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, pair } from "../../../assets/js/twins/pairs.js";

pair("broken", "healthy");

test("who goes from a twin to a third run leaves both", () => {
  assert.deepEqual(chosen(["broken", "healthy"], 0, "own"), ["own"]);
  assert.deepEqual(chosen(["healthy", "broken", "third"], 0, "own"), ["own", "third"]);
});

test("what was chosen to be compared stays, also a twin beside a third run", () => {
  assert.deepEqual(chosen(["one", "two"], 0, "own"), ["own", "two"]);
  assert.deepEqual(chosen(["broken", "two"], 0, "own"), ["own", "two"]);
  assert.deepEqual(chosen(["own"], 1, "healthy"), ["own", "healthy"]);
  assert.deepEqual(chosen(["own", "healthy"], 0, "other"), ["other", "healthy"]);
});

test("a run is shown once, and none is no run", () => {
  assert.deepEqual(chosen(["broken", "healthy"], 0, "healthy"), ["healthy"]);
  assert.deepEqual(chosen(["broken", "healthy"], 1, ""), ["broken"]);
  assert.deepEqual(chosen([], 0, "own"), ["own"]);
});
