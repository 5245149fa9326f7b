import assert from "node:assert/strict";
import { test } from "node:test";
import { wrongFile } from "../../../assets/js/sound/wrong_files.js";

test("a file that is no sound is told with what was found and what was expected", () => {
  const told = (/** @type {string} */ name, /** @type {string} */ type) =>
    wrongFile(/** @type {File} */ ({ name, type }), "wav and mp3");
  assert.equal(told("a.txt", "text/plain"), "“a.txt” is no sound file (text/plain); wav and mp3 were expected.");
  assert.equal(told("a", ""), "“a” is no sound file; wav and mp3 were expected.");
});
