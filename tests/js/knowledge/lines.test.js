import assert from "node:assert/strict";
import { test } from "node:test";
import { linesChart, share } from "../../../assets/js/knowledge/lines.js";

class Fake {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {Record<string, string>} */
    this.attributes = {};
    /** @type {Fake[]} */
    this.children = [];
  }
  /** @type {(key: string, value: string) => void} */
  setAttribute(key, value) {
    this.attributes[key] = value;
  }
  /** @param {Fake[]} more */
  append(...more) {
    this.children.push(...more);
  }
}
Object.assign(globalThis, {
  document: { createElementNS: (/** @type {string} */ _, /** @type {string} */ name) => new Fake(name) },
});

test("shares are written in two digits, and what rounds to nothing has no sign", () => {
  const written = [0.606, 1, 0, -0.001, -0.25, null, undefined].map(share);
  assert.deepEqual(written, [".61", "1.00", ".00", ".00", "−.25", "–", "–"]);
});

test("a line goes through what is known, within the chart, and one value alone is a dot", () => {
  const x = [0, 0.5, 1];
  const chart = /** @type {any} */ (
    linesChart({
      lines: [
        { look: "trained", x, y: [1, null, -3], dots: true },
        { look: "probe", x, y: [null, 0.5, null] },
      ],
      levels: [
        { look: "chance", value: 0.1 },
        { look: "random", value: null },
      ],
      zones: [{ look: "zone useful", from: 0.25, to: 0.75 }],
      mark: 0.5,
      label: "in words",
    })
  );
  const of = (/** @type {string} */ word) => chart.children.filter(({ attributes }) => attributes.class === word);
  assert.equal(chart.attributes["aria-label"], "in words");
  const [line, ...dots] = of("trained");
  assert.equal(line.attributes.points, "6,6 234,104");
  assert.equal(dots.length, 2);
  assert.deepEqual(
    of("probe").map(({ name }) => name),
    ["polyline", "circle"],
  );
  assert.deepEqual(
    [of("chance").length, of("random").length, of("own").length, of("zone useful").length],
    [1, 0, 1, 1],
  );
});
