// What is drawn in a chart as a table.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

/** @type {typeof import("../../../assets/js/charts/taken.js")} */
let taken;

before(async () => {
  pretendPage();
  taken = await import("../../../assets/js/charts/taken.js");
});

test("a point is a row, of seeds drawn as one with the lowest and the highest; areas and faint lines are none", () => {
  const drawn = { meta: 0, mode: "lines" };
  const area = { ...drawn, name: "kNN · a", x: [2, 1, 1, 2], y: [3, 3, 1, 1], hoverinfo: "skip" };
  const mean = { ...drawn, name: "kNN · a", x: [1, 2], y: [2, 2.5], customdata: [[1, 3], [1, 4]] }; // biome-ignore format: one line
  const alone = { ...drawn, name: "kNN · b", x: [1], y: [0.5] };
  assert.deepEqual(taken.csvOf([area, mean, alone], "seconds").slice(1).trimEnd().split("\n"), [
    "curve,seconds,value,lowest,highest",
    "kNN · a,1,2,1,3",
    "kNN · a,2,2.5,1,4",
    "kNN · b,1,0.5,,",
  ]);
});
