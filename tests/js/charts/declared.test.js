// Which charts are made of a schema and of the rows.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chartsOf,
  curvesIn,
  gather,
  led,
  levels,
  meanings,
  unitOf,
  written,
} from "../../../assets/js/charts/declared.js";

const curve = (key, more = {}) => ({
  key,
  title: key,
  unit: "",
  digits: 3,
  meaning: `${key}.`,
  lines: [],
  chart: "",
  rhythm: "step",
  ...more,
});

test("curves that name a chart share it, in the order in which they are declared", () => {
  const curves = [curve("a"), curve("b", { chart: "Parts" }), curve("c"), curve("d", { chart: "Parts" })];
  const kinds = chartsOf([{ curves }], ["a"]);
  assert.deepEqual(
    kinds.map(({ title, curves }) => [title, curves.map(({ key }) => key)]),
    [
      ["a", ["a"]],
      ["Parts", ["b", "d"]],
      ["c", ["c"]],
    ],
  );
});

test("a second run adds what the first does not declare, and both may hold what nobody declares", () => {
  const second = { curves: [curve("a", { title: "Other" }), curve("b")] };
  const kinds = chartsOf([{ curves: [curve("a")] }, second, {}], new Set(["a", "train/new", "measure/newer_one"]));
  assert.deepEqual(
    kinds.map(({ title }) => title),
    ["a", "b", "New", "Newer one"],
  );
  assert.deepEqual(
    kinds.slice(2).map(({ curves }) => curves[0].rhythm),
    ["step", "snapshot"],
  );
});

test("the charts that answer most lead, in their order; the first ones where none of them is there", () => {
  const charts = (...keys) => chartsOf([{ curves: keys.map((key) => curve(key)) }], []).map((kind) => ({ kind }));
  const titles = (some) => some.map(({ kind }) => kind.title);
  const [leading, rest] = led(charts("a", "measure/effective_rank", "b", "train/loss"));
  assert.deepEqual(
    [titles(leading), titles(rest)],
    [
      ["train/loss", "measure/effective_rank"],
      ["a", "b"],
    ],
  );
  assert.deepEqual(titles(led(charts("a", "b", "c", "d", "e"))[0]), ["a", "b", "c", "d"]);
});

test("a file with any number of names makes no such number of charts", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `x${i}`);
  assert.equal(chartsOf([{ curves: [curve("a")] }], many).length, 41);
});

test("names are gathered of numbers alone, and what places a row is none", () => {
  const held = new Set();
  assert.ok(gather([{ step: 1, seconds: 2, schema: 1, attempt: 1, a: 3, b: null, c: "x" }], held));
  assert.deepEqual([...held], ["a"]);
  assert.ok(!gather([{ step: 2, a: 4 }], held));
  assert.deepEqual(curvesIn({ title: "", curves: [curve("b"), curve("a")] }, [{ a: 1 }, { b: null }]), [curve("a")]);
});

test("a chart says one sentence where all its curves mean the same, else each one's", () => {
  const same = [curve("a", { meaning: "M." }), curve("b", { meaning: "M." })];
  assert.deepEqual(meanings({ title: "", curves: same }), [{ title: "", meaning: "M." }]);
  assert.deepEqual(meanings({ title: "", curves: [curve("a"), curve("b")] }), [
    { title: "a", meaning: "a." },
    { title: "b", meaning: "b." },
  ]);
  assert.equal(unitOf({ title: "", curves: [curve("a", { unit: "s" }), curve("b")] }), "");
  assert.equal(unitOf({ title: "", curves: [curve("a", { unit: "s" })] }), "s");
});

test("values are written with the decimals that are worth reading", () => {
  assert.equal(written(curve("a", { digits: 1 }), -2.345), "−2.3");
  assert.equal(written(curve("a", { digits: -1 }), 0.0012), "1.2e−3");
  assert.equal(written(curve("a", { digits: -1 }), 0), "0");
});

test("lines stand where the baselines say, and nowhere where they say nothing", () => {
  const line = (text, baseline, value = null) => ({ text, value, baseline, look: "plain" });
  const lines = [
    line("untrained", ["knn", "{main_facet}", "random"]),
    line("none", ["knn", "other", "random"]),
    line("ideal", [], 1),
  ];
  const found = levels([curve("a", { lines })], [{ main_facet: "class", knn: { class: { random: 0.258 } } }]);
  assert.deepEqual(
    found.map(({ text, value }) => [text, value]),
    [
      ["untrained 0.26", 0.258],
      ["ideal", 1],
    ],
  );
  assert.deepEqual(levels([curve("a", { lines })], [{}]), [{ text: "ideal", value: 1, look: "plain" }]);
});

test("a line beside the mean of several seeds is the mean of theirs: random weights are each seed's own", () => {
  const lines = [{ text: "untrained", value: null, baseline: ["random"], look: "plain" }];
  const found = levels([curve("a", { lines })], [{ random: 0.5 }, {}, { random: 0.6 }]);
  assert.deepEqual(found, [{ text: "untrained 0.55", value: 0.55, look: "plain" }]);
});
