import assert from "node:assert/strict";
import { test } from "node:test";
import { between, Camera, extentOf, fitOf, MOST_STRETCH } from "../../../assets/js/map/camera.js";

const even = (/** @type {number} */ low, /** @type {number} */ high) =>
  Float32Array.from({ length: 201 }, (_, i) => low + (i / 200) * (high - low));

/** Where a camera of a stage puts a place. */
function cameraOf(/** @type {Float32Array} */ x, /** @type {Float32Array} */ y, width = 800, height = 500) {
  return Object.assign(new Camera(), { fit: fitOf(x, y), width, height });
}

test("an extent is of all values where none lies far out", () => {
  assert.deepEqual(extentOf(even(-2, 5)), [-2, 5]);
});

test("a few far values do not make the extent much longer", () => {
  const [low, high] = extentOf(Float32Array.from([...even(0, 1), 90]));
  assert.ok(low === 0 && high > 0.98 && high < 1.2, `${low} ${high}`);
});

test("values that are all the same have a place", () => {
  const camera = cameraOf(new Float32Array(9), new Float32Array(9));
  const { across, down } = camera.axes();
  assert.deepEqual([across(0), down(0)], [400, 250]);
  assert.ok(across(1) < 800);
});

test("a layout fills the stage in both directions", () => {
  for (const [wide, high] of /** @type {const} */ ([
    [800, 500],
    [344, 374],
    [500, 500],
  ])) {
    // biome-ignore format: a table
    const { across, down } = cameraOf(even(-1, 1), even(3, 4.4), wide, high).axes();
    assert.ok(across(1) - across(-1) > 0.75 * wide && across(1) <= wide);
    assert.ok(down(3) - down(4.4) > 0.75 * high && down(4.4) >= 0);
  }
});

test("no distance looks more than so many times as long in one direction as in the other", () => {
  const { across, down } = cameraOf(even(-1, 1), even(-0.01, 0.01)).axes();
  assert.ok(Math.abs((down(0) - down(0.01)) / (across(0.01) - across(0)) - MOST_STRETCH) < 1e-6);
});

test("zooming keeps the place under the pointer", () => {
  const camera = cameraOf(even(-1, 1), even(-1, 1));
  const before = camera.axes().across(0.5);
  camera.zoomBy(3, before, 100);
  assert.ok(Math.abs(camera.axes().across(0.5) - before) < 1e-6);
  assert.ok(camera.zoomed);
  while (camera.zoomBy(0.5)); // until it is as far as it goes
  assert.ok(camera.zoom > 0.1 && camera.zoomBy(1.1));
  camera.reset();
  assert.ok(!camera.zoomed && camera.axes().across(0.5) === before);
});

test("dragging moves by the pixels of the pointer, and the map cannot be lost", () => {
  const camera = cameraOf(even(-1, 1), even(-1, 1));
  const { across } = camera.axes();
  const before = across(0);
  camera.pan(37, 0);
  assert.ok(Math.abs(camera.axes().across(0) - before - 37) < 1e-6);
  for (let i = 0; i < 100; i++) camera.pan(500, 500);
  assert.ok(camera.axes().across(-1) < 800 && camera.axes().down(1) < 500);
});

test("a fit changes evenly from one layout to the next", () => {
  const [a, b] = [fitOf(even(0, 1), even(0, 1)), fitOf(even(2, 5), even(-1, 3))];
  assert.deepEqual(between(a, b, 0), a);
  assert.deepEqual(between(a, b, 1), b);
  assert.deepEqual(between(a, b, 0.5).x, [1, 3]);
});
