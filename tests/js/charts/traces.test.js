// The curves of a run as they are drawn: how many points, smooth or as they are, told apart by run.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

/** @type {typeof import("../../../assets/js/charts/traces.js")} */
let traces;
const curve = (/** @type {"step" | "snapshot"} */ rhythm) => ({
  ...{ key: "train/loss", title: "Loss", unit: "", digits: 2, meaning: "", convention: "", source: "" },
  ...{ lines: [], chart: "", rhythm },
});
const one = (/** @type {object} */ more = {}) => ({
  ...{ curve: curve("step"), k: 0, run: 0, tint: 0, name: "a run", alone: true, over: false },
  ...more,
});
const rows = (/** @type {number} */ count) =>
  Array.from({ length: count }, (_, step) => ({ step, seconds: step / 2, "train/loss": step % 2 ? 0 : 1 }));

before(async () => {
  pretendPage();
  Object.assign(globalThis, { getComputedStyle: () => ({ getPropertyValue: (/** @type {string} */ name) => name }) });
  traces = await import("../../../assets/js/charts/traces.js");
});

test("a curve has the points at which there is a number, against what is asked", () => {
  const some = [...rows(3), { step: 3, seconds: 1.5 }, { step: 4, seconds: 2, "train/loss": null }];
  const [drawn, other] = traces.tracesOf(one(), some, { against: "seconds", smooth: false });
  assert.deepEqual([drawn.x, drawn.y, other], [[0, 0.5, 1], [1, 0, 1], undefined]);
});

test("a smooth curve lies over the same as it is, and goes on as it ended", () => {
  const [faint, even] = traces.tracesOf(one(), rows(3), { against: "step", smooth: true });
  assert.deepEqual(faint.y, [1, 0, 1]);
  assert.deepEqual(
    even.y.map((value) => Number(value.toFixed(4))),
    [1, 0.85, 0.8725],
  );
  assert.equal(traces.mix(even.y.at(-1), 1), 0.85 * 0.8725 + 0.15);
  assert.equal(faint.opacity, 0.25);
  assert.equal(
    traces.tracesOf(one({ curve: curve("snapshot") }), rows(3), { against: "step", smooth: true }).length,
    1,
  );
});

test("a long curve is thinned and keeps its newest point", () => {
  const [drawn] = traces.tracesOf(one(), rows(4000), { against: "step", smooth: false });
  assert.ok(drawn.x.length > 1000 && drawn.x.length <= 1500, `${drawn.x.length}`);
  assert.equal(drawn.x.at(-1), 3999);
});

test("runs over each other have their own colours and names", () => {
  const how = { against: "step", smooth: false };
  const [first] = traces.tracesOf(one({ over: true, name: "one" }), rows(2), how);
  const [second] = traces.tracesOf(one({ over: true, name: "two", run: 1, tint: 1 }), rows(2), how);
  assert.notEqual(first.line.color, second.line.color);
  assert.deepEqual([first.name, second.name], ["Loss · one", "Loss · two"]);
});

test("a value is told under the pointer in as many digits as above the chart", () => {
  const measure = { ...curve("step"), digits: 3 };
  const some = [0.6, 0.5891, 0.00012].map((value, step) => ({ step, "train/loss": value }));
  const [drawn] = traces.tracesOf(one({ curve: measure }), some, { against: "step", smooth: false });
  assert.deepEqual(drawn.text, ["0.600", "0.589", "1.2e−4"]);
  assert.match(drawn.hovertemplate, /^%\{text\}/);
  const [, even] = traces.tracesOf(one({ curve: measure }), some, { against: "step", smooth: true });
  assert.deepEqual(even.text.slice(0, 2), ["0.600", "0.598"]);
});

test("repeats are a mean over an area from the lowest to the highest, which are told under the pointer", () => {
  const other = rows(3).map((row) => ({ ...row, "train/loss": 0 }));
  const how = { against: "step", smooth: false };
  const [area, mean] = traces.tracesTogether(one({ over: true, name: "3 seeds" }), [rows(3), other, []], how);
  assert.deepEqual(
    [mean.x, mean.y],
    [
      [0, 1, 2],
      [0.5, 0, 0.5],
    ],
  );
  assert.deepEqual(
    [area.x, area.y],
    [
      [2, 1, 0, 0, 1, 2],
      [1, 0, 1, 0, 0, 0],
    ],
  );
  assert.deepEqual([mean.text[0], area.hoverinfo, area.showlegend], ["0.50 (0.00 to 1.00)", "skip", false]);
  assert.equal(area.fillcolor, mean.line.color);
});

test("of smooth repeats the mean is of the smooth curves", () => {
  const how = { against: "step", smooth: true };
  const [, even] = traces.tracesOf(one(), rows(4), how);
  const [area, mean] = traces.tracesTogether(one(), [rows(4), rows(4)], how);
  assert.deepEqual(mean.y, even.y);
  assert.equal(area.y.length, 8);
});

test("the newest value of seeds drawn as one is where their mean ends, with the first of them", () => {
  const made = (/** @type {number} */ count, /** @type {number} */ slope) =>
    Array.from({ length: count }, (_, step) => ({ step, seconds: step / 2, "train/loss": slope * step }));
  const [short, long] = [made(5, 1), made(100, 3)];
  assert.equal(traces.newestOf(curve("step"), [short, long], "step"), (4 + 12) / 2);
  assert.equal(traces.newestOf(curve("step"), [long], "step"), 297);
  assert.equal(traces.newestOf(curve("step"), [long, [{ step: 7 }]], "step"), 297);
  assert.equal(traces.newestOf(curve("step"), [[]], "step"), undefined);
});
