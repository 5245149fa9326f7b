import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { FRONT, inSpace, radiusOf, turned, turnedBy, turnedPoint } = await import("../../../assets/js/map/space.js");
const { MapPlot } = await import("../../../assets/js/map/plot.js");
const { Camera } = await import("../../../assets/js/map/camera.js");

const floats = (/** @type {number[]} */ ...values) => Float32Array.from(values);
const PLACES = { x: floats(1, 0, 0), y: floats(0, 1, 0), z: floats(0, 0, 1) };
const near = (/** @type {ArrayLike<number>} */ found, /** @type {number[]} */ wanted) => {
  for (const [i, value] of wanted.entries()) assert.ok(Math.abs(found[i] - value) < 1e-5, `${[...Array.from(found)]}`);
};

test("from the front a map in space looks as its first two axes say", () => {
  const seen = turned(FRONT, PLACES);
  near(seen.x, [1, 0, 0]);
  near(seen.y, [0, 1, 0]);
  near(seen.z, [0, 0, 1]);
});

test("a quarter to the right brings what lay in front to the right, and what lay right to the back", () => {
  const seen = turned(turnedBy(FRONT, Math.PI / 2, 0), PLACES);
  near(seen.x, [0, 0, 1]);
  near(seen.z, [-1, 0, 0]);
  near(seen.y, [0, 1, 0]);
});

test("a quarter upwards brings what lay in front to the top", () => {
  const seen = turned(turnedBy(FRONT, 0, Math.PI / 2), PLACES);
  near(seen.y, [0, 0, 1]);
  near(seen.z, [0, -1, 0]);
});

test("turning changes no distance, also after many turns", () => {
  let turn = FRONT;
  for (let i = 0; i < 500; i++) turn = turnedBy(turn, 0.1 * Math.sin(i), 0.07);
  const { x, y, z } = turned(turn, PLACES);
  for (let i = 0; i < 3; i++) assert.ok(Math.abs(Math.hypot(x[i], y[i], z[i]) - 1) < 1e-4);
  assert.ok(Math.abs(x[0] * x[1] + y[0] * y[1] + z[0] * z[1]) < 1e-4, "right angles stay right");
});

test("one point lies where it lies among all", () => {
  const turn = turnedBy(turnedBy(FRONT, 0.7, -0.4), 1.1, 0.9); // no two of its numbers are alike
  const places = { x: floats(0.3, -2, 5), y: floats(1.5, 0.25, -3), z: floats(-0.75, 4, 2) };
  const seen = turned(turn, places);
  for (const i of [0, 1, 2]) {
    const { x, y } = turnedPoint(turn, places, i);
    near([x, y], [seen.x[i], seen.y[i]]);
    near([x], [turn[0] * places.x[i] + turn[1] * places.y[i] + turn[2] * places.z[i]]);
    near([y], [turn[3] * places.x[i] + turn[4] * places.y[i] + turn[5] * places.z[i]]);
  }
});

test("the ball holds nearly all points, and is one where there are none or all lie in one place", () => {
  const many = floats(...Array.from({ length: 99 }, () => 2), 1000);
  const none = new Float32Array(100);
  assert.equal(radiusOf({ x: many, y: none, z: none }), 2);
  assert.equal(radiusOf({ x: none, y: none, z: none }), 1);
  assert.equal(radiusOf(inSpace({ x: floats(), y: floats() })), 1);
});

/** A map in space without its drawing. */
const plot = () =>
  Object.assign(Object.create(MapPlot.prototype), {
    camera: Object.assign(new Camera(), { fit: { x: [-1, 1], y: [-1, 1] }, stretch: 1 }),
    stage: { clientWidth: 400, clientHeight: 400, classList: { toggle: () => {} } },
    shown: true,
    dimmed: null,
    turn: FRONT,
    depth: null,
    following: 1, // no frame is waited for
    classes: [{ name: "", colour: "", marker: "circle", faded: false, ids: Int32Array.of(0, 1, 2) }],
  });

test("what is pointed at is what is seen, after a turn too", () => {
  const map = plot();
  map.see(PLACES);
  const at = () => {
    const { across, down } = map.scales();
    return map.pointAt([across(1), down(0)]);
  };
  assert.equal(at(), 0);
  map.turnBy((Math.PI / 2 / 3.2) * 400, 0);
  assert.equal(at(), 2, "the point that lay in front is on the right now");
  near([map.placeIn(PLACES, 2).x, map.placeIn(PLACES, 2).y], [1, 0]);
  assert.deepEqual(
    map.placeIn({ x: PLACES.x, y: PLACES.y }, 1),
    { x: 0, y: 1 },
    "of a layout on a plane nothing turns",
  );
});

test("a map on a plane is not turned", () => {
  const map = plot();
  map.see({ x: PLACES.x, y: PLACES.y });
  map.turnBy(100, 100);
  assert.equal(map.turn, FRONT);
  assert.equal(map.depth, null);
});
