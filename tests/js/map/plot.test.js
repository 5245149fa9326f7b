import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { MapPlot } = await import("../../../assets/js/map/plot.js");
const { Camera } = await import("../../../assets/js/map/camera.js");
const { placeOf } = await import("../../../assets/js/map/rings.js");

/** The geometry of a map with points at `places`, without its drawing. */
function mapOf(/** @type {[number, number][]} */ places, faded = /** @type {number[]} */ ([])) {
  const shape = (/** @type {number[]} */ ids, off = false) => ({
    ...{ name: "", colour: "", marker: "circle" },
    ids: Int32Array.from(ids),
    faded: off,
  });
  const kept = [...places.keys()].filter((id) => !faded.includes(id));
  return Object.assign(Object.create(MapPlot.prototype), {
    ...{
      camera: Object.assign(new Camera(), { fit: { x: [-5, 5], y: [-5, 5] } }),
      stage: { clientWidth: 400, clientHeight: 400 },
      dimmed: null,
      looked: { classes: [], of: new Map() },
    },
    x: Float32Array.from(places, ([x]) => x),
    y: Float32Array.from(places, ([, y]) => y),
    classes: [shape(kept), shape(faded, true)],
  });
}

test("an arrow key goes to the nearest point in its direction", () => {
  const map = mapOf([[0, 0], [1, 0], [3, 0], [0, 2], [-1, 0.5], [0.5, 0.45]]); // biome-ignore format: a table
  assert.equal(map.nextTowards(0, 1, 0), 1); // straight beats near but aside
  assert.equal(map.nextTowards(0, 0, 1), 3);
  assert.equal(map.nextTowards(0, -1, 0), 4);
  assert.equal(map.nextTowards(0, 0, -1), null);
  assert.equal(map.nextTowards(2, 1, 0), null);
});

test("points of faded classes are passed over", () => {
  assert.equal(mapOf([[0, 0], [1, 0], [3, 0]], [1]).nextTowards(0, 1, 0), 2); // biome-ignore format: a table
});

test("points that are filtered out one by one are passed over", () => {
  const map = mapOf([[0, 0], [1, 0], [3, 0]]); // biome-ignore format: a table
  map.dimmed = Uint8Array.from([0, 1, 0]);
  assert.equal(map.nextTowards(0, 1, 0), 2);
  assert.deepEqual(map.inside([[0, 0], [400, 0], [400, 400], [0, 400]]), [0, 2]); // biome-ignore format: a box
});

test("whoever looks where no point lies is brought back", () => {
  const map = mapOf([[0, 0], [4, 4]], [1]); // biome-ignore format: a table
  assert.ok(map.anyInView());
  map.camera.zoomBy(40, 10, 10);
  assert.ok(!map.anyInView());
  map.camera.reset();
  map.dimmed = Uint8Array.from([1, 0]);
  assert.ok(!map.anyInView()); // the other is of a faded class
});

test("a ring lies at a point, at the weighted mean of points, or at a place", () => {
  const map = mapOf([[0, 0], [4, 0], [0, 8]]); // biome-ignore format: a table
  assert.deepEqual(placeOf(map, { kind: "near", point: 1 }), { x: 4, y: 0 });
  assert.deepEqual(placeOf(map, { kind: "mark", points: [1, 2] }), { x: 2, y: 4 });
  assert.deepEqual(placeOf(map, { kind: "mark", points: [1, 2], weights: [3, 1] }), { x: 3, y: 2 });
  assert.deepEqual(placeOf(map, { kind: "mark", x: 0.5, y: -0.5 }), { x: 0.5, y: -0.5 });
});

test("a ring around nothing lies nowhere", () => {
  const map = mapOf([[0, 0]]);
  assert.equal(placeOf(map, { kind: "near", point: 7 }), null);
  assert.equal(placeOf(map, { kind: "mark", points: [0, 7] }), null);
  assert.equal(placeOf(map, { kind: "mark" }), null);
});

test("with the points of a run what is said of the one under the pointer goes too", () => {
  const seen = [];
  const map = Object.assign(mapOf([[0, 0]]), {
    ...{ shown: true, pointed: 0, rings: { place: (_, __, point) => seen.push(point), show() {} } },
    calls: { onLeave: () => seen.push("left") },
  });
  map.stage.classList = { toggle: (name, on) => seen.push(`${name} ${on}`) };
  map.clear();
  assert.deepEqual(seen, ["pointed false", null, "left"]);
  assert.equal(map.pointed, null);
  map.clear(); // nothing was under it
  assert.equal(seen.length, 3);
});

test("the colours of points are those of their classes, which are gone through once and not at each picture", () => {
  const map = mapOf([[0, 0], [1, 0], [3, 0]]); // biome-ignore format: a table
  let gone = 0;
  const ids = (/** @type {number[]} */ ...some) => ({
    *[Symbol.iterator]() {
      gone++;
      yield* some;
    },
  });
  map.classes = [{ ids: ids(0, 2), colour: "#111111" }, { ids: ids(1), colour: "#222222" }]; // biome-ignore format: a table
  for (let picture = 0; picture < 3; picture++) assert.deepEqual(map.looksOf([1, 0]), ["#222222", "#111111"]);
  assert.equal(gone, 2);
  map.classes = [{ ids: ids(0, 1), colour: "#333333" }];
  assert.deepEqual(map.looksOf([1, 0]), ["#333333", "#333333"]);
  assert.equal(map.looksOf([2]).length, 1); // of no class: as those without a label
});
