import assert from "node:assert/strict";
import { test } from "node:test";
import { mostMoved, nearest } from "../../../assets/js/core/export_near.js";

/** Of one point, whose clip is 7. @param {number[]} points */
const near = (points) => ({
  points: Uint32Array.from(points),
  scores: Int16Array.from(points, (_, i) => 9_000 - i),
  each: points.length,
  clips: [7],
});
const TWELVE = Array.from({ length: 12 }, (_, i) => i);

test("the ten nearest say how far a point moved, as for the server", () => {
  const behind = [...TWELVE.slice(0, 10), 20, 21];
  assert.equal(mostMoved(near(TWELVE), near(behind), 1).moved[0].changed, 0);
  const [{ point, clip, changed }] = mostMoved(near(TWELVE), near([20, ...TWELVE.slice(1)]), 1).moved;
  assert.deepEqual([point, clip], [0, 7]);
  assert.ok(Math.abs(changed - (1 - 9 / 11)) < 1e-9);
});

test("no more neighbours are given than there are", () => {
  assert.deepEqual(
    nearest(near([0, 0]), 0, 5).map(({ score }) => score),
    [0.9, 0.8999],
  );
});
