import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { encloses, Gestures } = await import("../../../assets/js/map/gestures.js");

/** @import { Calls, Pixel } from "../../../assets/js/map/gestures.js" */

/** Gestures on a surface at (10, 20), and what was called of them. */
function surface(zooms = () => true) {
  const element = Object.assign(new EventTarget(), {
    getBoundingClientRect: () => ({ left: 10, top: 20 }),
    setPointerCapture: () => {},
  });
  /** @type {any[][]} */
  const called = [];
  const names = /** @type {(keyof Calls)[]} */ (["point", "click", "pan", "zoom", "twice", "draw", "drawn"]);
  const calls = Object.fromEntries(
    names.map((name) => [name, (/** @type {any[]} */ ...all) => called.push([name, ...all])]),
  );
  const { zoom } = calls;
  calls.zoom = (...all) => {
    zoom(...all);
    return zooms();
  };
  const gestures = new Gestures(/** @type {any} */ (element), /** @type {any} */ (calls));
  const send = (/** @type {string} */ type, x = 0, y = 0, more = {}) =>
    element.dispatchEvent(
      Object.assign(new Event(type), {
        clientX: x + 10,
        clientY: y + 20,
        button: 0,
        shiftKey: false,
        pointerId: 1,
        isPrimary: true,
        ...more,
      }),
    );
  const heard = (/** @type {string} */ name) => called.filter(([word]) => word === name).map(([_, ...all]) => all);
  return { gestures, send, heard, surface: element };
}

test("a press is a click, a drag pans and is none", () => {
  const { send, heard } = surface();
  send("pointerdown", 5, 5);
  send("pointermove", 6, 6);
  send("pointerup", 6, 6);
  send("click", 6, 6);
  assert.equal(heard("click").length, 1);
  send("pointerdown", 5, 5);
  send("pointermove", 25, 15);
  send("pointermove", 26, 15);
  send("pointerup", 26, 15);
  send("click", 26, 15);
  assert.equal(heard("click").length, 1);
  assert.deepEqual(heard("pan"), [[20, 10], [1, 0]]); // biome-ignore format: a table
  assert.deepEqual(heard("drawn"), []);
});

test("with Shift a drag draws a lasso that adds", () => {
  const { send, heard } = surface();
  send("pointerdown", 0, 0, { shiftKey: true });
  for (const [x, y] of [[20, 0], [20, 20], [0, 20]]) send("pointermove", x, y); // biome-ignore format: a table
  send("pointerup", 0, 20);
  assert.deepEqual(heard("drawn"), [[[[0, 0], [20, 0], [20, 20], [0, 20]], true]]); // biome-ignore format: a table
  assert.deepEqual(heard("pan"), []);
});

test("a box is what lies between two corners, and without Shift it replaces", () => {
  const { gestures, send, heard } = surface();
  gestures.tool = "box";
  send("pointerdown", 30, 40);
  send("pointermove", 10, 5);
  send("pointerup", 10, 5);
  assert.deepEqual(heard("drawn"), [[[[30, 40], [10, 40], [10, 5], [30, 5]], false]]); // biome-ignore format: a table
});

test("Escape gives up what is being drawn", () => {
  const { gestures, send, heard } = surface();
  gestures.tool = "lasso";
  assert.ok(!gestures.giveUp());
  send("pointerdown", 0, 0);
  send("pointermove", 30, 0);
  assert.ok(gestures.giveUp());
  send("pointerup", 30, 0);
  assert.deepEqual(heard("drawn"), []);
});

test("two fingers zoom around their middle, and select nothing", () => {
  const { gestures, send, heard } = surface();
  gestures.tool = "lasso";
  send("pointerdown", 100, 100);
  send("pointerdown", 200, 100, { pointerId: 2, isPrimary: false });
  send("pointermove", 300, 100, { pointerId: 2, isPrimary: false });
  assert.deepEqual(heard("zoom"), [[2, [200, 100]]]);
  assert.deepEqual(heard("pan"), [[50, 0]]);
  send("pointerup", 300, 100, { pointerId: 2, isPrimary: false });
  send("pointerup", 100, 100);
  send("click", 100, 100);
  assert.deepEqual([heard("drawn"), heard("click")], [[], []]);
});

/** A wheel on the map, as the page hears of it afterwards; whether the map took it. */
function wheel(
  /** @type {ReturnType<typeof surface>} */ { gestures, heard, surface: element },
  x = 0,
  y = 0,
  more = {},
) {
  const at = { clientX: x + 10, clientY: y + 20, deltaY: 100, deltaMode: 0, ctrlKey: false };
  const event = Object.assign(new Event("wheel", { cancelable: true }), at, more);
  element.dispatchEvent(event);
  gestures.passed(/** @type {any} */ (event));
  return event.defaultPrevented && heard("zoom").length > 0;
}

test("a wheel zooms, but not where it scrolled the map under the pointer; a pinch always does", () => {
  const map = surface();
  assert.ok(wheel(map, 5, 5));
  map.gestures.passed(/** @type {any} */ (Object.assign(new Event("wheel"), { clientX: 60, clientY: 70 })));
  assert.ok(!wheel(map, 50, 50) && !wheel(map, 50, 50)); // however long it goes on
  assert.ok(wheel(map, 50, 50, { ctrlKey: true }));
  map.gestures.passed(/** @type {any} */ (Object.assign(new Event("wheel"), { clientX: 60, clientY: 70 })));
  assert.ok(wheel(map, 58, 50) && wheel(map, 58, 50)); // the pointer was moved
});

test("a wheel that can zoom no further scrolls the page", () => {
  const map = surface(() => false);
  assert.ok(!wheel(map));
  assert.equal(map.heard("zoom").length, 1);
});

test("a place lies within a shape or not, also one with a notch", () => {
  /** @type {Pixel[]} */
  const notched = [[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]]; // biome-ignore format: a table
  assert.ok(encloses(notched, 5, 2) && encloses(notched, 1, 7));
  assert.ok(!encloses(notched, 5, 8) && !encloses(notched, 11, 5));
});
