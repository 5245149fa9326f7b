import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthWords } from "../../../assets/js/forms/length_choice.js";

test("a length is told in what ends the run", () => {
  assert.equal(lengthWords("seconds", 1200), "1,200 s");
  assert.equal(lengthWords("steps", 400), "400 steps");
});
