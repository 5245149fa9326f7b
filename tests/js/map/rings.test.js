import assert from "node:assert/strict";
import { test } from "node:test";
import { Rings } from "../../../assets/js/map/rings.js";

test("a mark's words turn where the map would end before they do", () => {
  const turned = {};
  const ring = (/** @type {string} */ name, /** @type {number} */ x) => ({
    ...{ kind: "mark", x, y: 0 },
    element: {
      style: {},
      classList: { toggle: (/** @type {string} */ _, /** @type {boolean} */ on) => (turned[name] = on) },
    },
  });
  const hovered = { style: {} };
  const all = [ring("in the middle", 250), ring("at the end", 480)];
  const rings = Object.assign(Object.create(Rings.prototype), { all, hovered, box: { clientWidth: 500 } });
  rings.place({ x: [], y: [] }, { across: (/** @type {number} */ x) => x, down: (/** @type {number} */ y) => y }, null);
  assert.deepEqual(turned, { "in the middle": false, "at the end": true });
});
