// What is said of the map as a whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { partOf } from "../../../assets/js/map/layout_words.js";

test("a map that holds a sample of the data's clips says so", () => {
  assert.equal(partOf({ n: 3000, data_clips: 18_000 }), "3,000 of the data's 18,000 clips, evenly drawn");
  for (const points of [{ n: 500, data_clips: 500 }, { n: 500, data_clips: null }, { n: 500 }, undefined])
    assert.equal(partOf(points), "");
});
