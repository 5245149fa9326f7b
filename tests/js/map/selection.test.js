// What is said of the clips that are selected.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { selectionWords } = await import("../../../assets/js/map/selection.js");

test("selected clips that the map does not hold are counted, and it says why they are not listed", () => {
  assert.deepEqual(selectionWords(0, 0), { count: "", off: "" });
  assert.deepEqual(selectionWords(4, 0), { count: "4 clips", off: "" });
  const { count, off } = selectionWords(4, 6);
  assert.equal(count, "10 clips");
  assert.equal(off, "6 of these are not on the map, so not listed here. A tag is given to all.");
  assert.match(selectionWords(0, 1).off, /^1 of these is not on the map/);
});
