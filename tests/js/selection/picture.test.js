import assert from "node:assert/strict";
import { test } from "node:test";
import { svgOf } from "../../../assets/js/selection/picture.js";

const colours = { page: "#fff", text: "#000", faint: "#888" };
const places = { x: Float32Array.of(0, 1, 2), y: Float32Array.of(5, 5, 7) };
/** @type {(name: string, marker: string, ids: number[]) => import("../../../assets/js/core/types.d.ts").PointClass} */
const points = (name, marker, ids) => ({ name, marker, colour: "#123456", ids: Int32Array.from(ids) });
const drawing = {
  ...{ places, colours, title: "run <1>", heading: "class", scale: null, selected: null, written: String },
  classes: [points("<script>", "circle", [0, 1]), points("b", "diamond", [2])],
};

test("each point is drawn once, inside the picture, and the legend names and counts the classes", () => {
  const svg = svgOf(drawing);
  assert.equal(svg.match(/<circle/g)?.length, 3); // two points and one sign of the legend
  assert.equal(svg.match(/<path/g)?.length, 2);
  assert.ok(svg.includes("&lt;script&gt; 2</text>") && svg.includes("b 1</text>"));
  assert.ok(svg.includes("<title>run &lt;1&gt;</title>") && !svg.includes("<script>"));
  for (const [, x, y] of svg.matchAll(/c[xy]="(\d+\.?\d*)" cy="(\d+\.?\d*)"/g))
    assert.ok(Number(x) >= 0 && Number(x) <= 1000 && Number(y) >= 0 && Number(y) <= 1000);
});

test("of a selection the others are faint, and what has none of it leaves the legend", () => {
  const svg = svgOf({ ...drawing, selected: new Set([0]) });
  assert.ok(svg.includes('opacity="0.35"') && svg.includes("&lt;script&gt; 1</text>"));
  assert.ok(!svg.includes("b 1</text>"));
});

test("numbers have a ramp with their ends", () => {
  const scale = { low: 0, high: 2, least: 0, most: 2, colours: ["#000", "#fff"], missing: 0 };
  const svg = svgOf({ ...drawing, scale, written: (value) => `${value} dB` });
  assert.ok(svg.includes("0 dB</text>") && svg.includes("2 dB</text>"));
});
