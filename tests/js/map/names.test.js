import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { fitOf } = await import("../../../assets/js/map/camera.js");
const { groupsOf } = await import("../../../assets/js/map/density.js");
const { nameOf } = await import("../../../assets/js/map/names.js");

/** @import { Column } from "../../../assets/js/core/types.d.ts" */

/** `each` points around every centre, `wide` apart at most. */
function heaps(/** @type {[number, number][]} */ centres, each = 50, wide = 0.02) {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
  const places = centres.flatMap(([x, y]) =>
    Array.from({ length: each }, () => [x + wide * random(), y + wide * random()]),
  );
  return { x: Float32Array.from(places, ([x]) => x), y: Float32Array.from(places, ([, y]) => y) };
}

test("heaps of points are groups, each with its own points and the place of most of them", () => {
  const centres = /** @type {[number, number][]} */ ([[-1, -1], [1, -1], [0, 1]]); // biome-ignore format: a table
  const { x, y } = heaps(centres);
  const groups = groupsOf(x, y, fitOf(x, y), 0);
  assert.equal(groups.length, 3);
  for (const [i, [cx, cy]] of centres.entries()) {
    const group = groups.find(({ points }) => points.includes(i * 50));
    assert.deepEqual(
      group?.points,
      Array.from({ length: 50 }, (_, j) => i * 50 + j),
    );
    assert.ok(Math.hypot(group.x - cx, group.y - cy) < 0.1);
  }
});

test("a finer level parts what a coarse one takes together", () => {
  const { x, y } = heaps([[-1, 0], [1, 0], [1.05, 0], [0, 1], [0, -1]]); // biome-ignore format: a table
  const count = (/** @type {number} */ level) => groupsOf(x, y, fitOf(x, y), level).length;
  assert.equal(count(0), 4);
  assert.equal(count(2), 5);
});

test("a few points alone are no group", () => {
  const { x, y } = heaps([
    [-1, 0],
    [1, 0],
  ]);
  const more = { x: Float32Array.from([...x, 0, 0]), y: Float32Array.from([...y, 1, 1]) };
  assert.equal(groupsOf(more.x, more.y, fitOf(more.x, more.y), 0).length, 2);
});

test("points that all lie in one place are one group", () => {
  const still = new Float32Array(20);
  assert.equal(groupsOf(still, still, fitOf(still, still), 0).length, 1);
  assert.deepEqual(groupsOf([], [], fitOf(new Float32Array(), new Float32Array()), 0), []);
});

test("a group is called by the labels that half of it has", () => {
  const column = /** @type {Column} */ (
    /** @type {unknown} */ ({
      kind: "category",
      names: ["bell", "dog", "rain", "cow"],
      values: [0, 0, 0, 1, 1, 2, 3, -1, -1, -1],
    })
  );
  assert.equal(nameOf([0, 1, 2, 3], column), "bell");
  assert.equal(nameOf([0, 3, 5], column), "bell, dog");
  assert.equal(nameOf([0, 3, 5, 6, 5, 6], column), "rain, cow");
  assert.equal(nameOf([0, 1, 3, 4, 5, 6, 6, 5, 7, 8].slice(0, 8), column), "bell, dog");
  assert.equal(nameOf([7, 8, 9, 0], column), "");
});

test("where no two labels cover half, the name says that there are more", () => {
  const values = [0, 1, 2, 3, 4, 5];
  const names = ["a", "b", "c", "d", "e", "f"];
  const column = /** @type {Column} */ (/** @type {unknown} */ ({ kind: "category", names, values }));
  assert.equal(nameOf(values, column), "a, b …");
});
