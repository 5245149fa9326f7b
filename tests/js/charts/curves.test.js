import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
globalThis.getComputedStyle = /** @type {any} */ (() => ({ getPropertyValue: (/** @type {string} */ name) => name }));
const { Curves } = await import("../../../assets/js/charts/curves.js");

const words = { unit: "", meaning: "", convention: "", source: "", chart: "", collapse: /** @type {""} */ ("") };
const lines = [{ text: "chance", value: 2, baseline: [], look: /** @type {"plain"} */ ("plain") }];
const loss = { key: "train/loss", title: "Loss", digits: 2, rhythm: /** @type {"step"} */ ("step"), lines, ...words };
const kind = { title: "Loss", curves: [loss] };
const row = (/** @type {number} */ step, /** @type {number} */ value) => ({ step, "train/loss": value });
const run = (/** @type {string} */ name, /** @type {any[]} */ ...rows) =>
  /** @type {any} */ ({ name, feed: { rows, baselines: {} } });
const board = (/** @type {number[][]} */ groups, /** @type {object} */ more = {}) =>
  /** @type {any} */ ({
    against: "step",
    smooth: false,
    comparable: () => true,
    key: {
      groups,
      entries: groups.map((places) => ({ names: [], line: `runs ${places}` })),
      nameOf: (/** @type {string} */ name) => `the run ${name}`,
    },
    ...more,
  });

test("where a curve ends is kept by run and curve, with the smooth one behind it", () => {
  const plain = new Curves(kind, board([[0], [1]]));
  const two = [run("a", row(1, 4), row(2, 3)), run("b", row(1, 5))];
  assert.deepEqual(plain.traces(two).map(({ x, meta }) => [x, meta]), [[[1, 2], 0], [[1], 1]]); // biome-ignore format: one line
  assert.deepEqual([...plain.ends], [["0 train/loss", { raw: 0, smooth: undefined, last: undefined }], ["1 train/loss", { raw: 1, smooth: undefined, last: undefined }]]); // biome-ignore format: one line
  const smooth = new Curves(kind, board([[0], [1]], { smooth: true }));
  assert.equal(smooth.traces(two).length, 4);
  const { raw, smooth: behind, last } = smooth.ends.get("0 train/loss") ?? assert.fail();
  assert.deepEqual([raw, behind], [0, 1]);
  assert.ok(last !== undefined && last > 3 && last < 4);
});

test("runs drawn as one have no end that could be lengthened, and stand where the first of them does that has curves", () => {
  const curves = new Curves(kind, board([[0, 1, 2]]));
  const runs = [run("a"), run("b", row(1, 4), row(2, 2)), run("c", row(1, 2), row(2, 2))];
  const [area, mean] = curves.traces(runs);
  assert.deepEqual([area.meta, mean.meta, mean.y], [1, 1, [3, 2]]);
  assert.equal(curves.ends.size, 0);
});

test("a run whose numbers are of another measure is left out, and named", () => {
  const curves = new Curves(
    kind,
    board([[0], [1]], { comparable: (/** @type {unknown} */ _, /** @type {number} */ place) => place === 0 }),
  );
  const runs = [run("a", row(1, 4)), run("b", row(1, 5)), run("c")];
  assert.deepEqual(curves.leftOut(runs), ["the run b"]);
  assert.equal(curves.traces(runs.slice(0, 2)).length, 1);
  assert.deepEqual(curves.lines(runs), [{ text: "chance", value: 2, look: "plain", of: null }]);
});

test("healthy runs' band stands behind one run alone, by its steps", () => {
  const bands = { "train/loss": { steps: [1, 2], low: [1, 1], high: [2, 2], runs: 3, data: ["digits"] } };
  const alone = run("a", row(1, 4));
  alone.feed.baselines = { bands };
  const curves = new Curves(kind, board([[0]]));
  assert.equal(curves.bandOf([alone]), bands["train/loss"]);
  assert.equal(curves.bandOf([alone, run("b")]), null);
  assert.equal(new Curves(kind, board([[0]], { against: "seconds" })).bandOf([alone]), null);
});
