// Which charts a run has: what its schema declares, and whatever else its rows hold.

/**
 * A curve as training/run/schema.py describes it.
 * @typedef {object} Curve
 * @property {string} key  its name in a row of metrics
 * @property {string} title
 * @property {string} unit
 * @property {number} digits  decimals worth reading, -1 for scientific notation
 * @property {string} meaning  one sentence
 * @property {Line[]} lines
 * @property {string} chart  title of the chart that it shares with others, "" for one of its own
 * @property {"step" | "snapshot"} rhythm
 *
 * A level beside it: `value`, or what the baselines hold at the path `baseline`.
 * @typedef {{text: string, value: number | null, baseline: string[], look: "plain" | "warm" | "dotted"}} Line
 *
 * @typedef {{title: string, curves: Curve[]}} Kind  one chart
 * @typedef {{text: string, value: number, look: Line["look"]}} Level  a line whose value is known
 * @typedef {import("../core/source.js").Row} Row
 */

const NO_CURVES = new Set(["schema", "step", "attempt", "seconds", "resumed_from"]);
const MOST_UNDECLARED = 40; // a damaged file may name any number of them

/**
 * The charts of the curves that one of the schemas declares, then one for each number that none does.
 * @param {{curves?: Curve[]}[]} schemas  of the runs that are shown, the first run's first
 * @param {Iterable<string>} held  names of the numbers in the runs' rows
 * @returns {Kind[]}
 */
export function chartsOf(schemas, held) {
  /** @type {Map<string, Curve>} */
  const curves = new Map();
  for (const { curves: declared = [] } of schemas)
    for (const curve of declared) if (!curves.has(curve.key)) curves.set(curve.key, curve);
  const unknown = [...held].filter((key) => !curves.has(key)).slice(0, MOST_UNDECLARED);
  for (const key of unknown) curves.set(key, undeclared(key));
  /** @type {Map<string, Kind>} */
  const kinds = new Map();
  for (const curve of curves.values()) {
    const title = curve.chart || curve.title;
    if (!kinds.has(title)) kinds.set(title, { title, curves: [] });
    kinds.get(title).curves.push(curve);
  }
  return [...kinds.values()];
}

/** Adds to `held` the names of the numbers in rows; whether there was a new one. */
export function gather(/** @type {Row[]} */ rows, /** @type {Set<string>} */ held) {
  const before = held.size;
  for (const row of rows) for (const key in row) if (!NO_CURVES.has(key) && Number.isFinite(row[key])) held.add(key);
  return held.size > before;
}

/** @param {string} key @returns {Curve} */
function undeclared(key) {
  const rhythm = key.startsWith("train/") ? "step" : "snapshot";
  return { key, title: key, unit: "", digits: 3, meaning: "", lines: [], chart: "", rhythm };
}

/** Those of a chart's curves of which rows hold a number. @param {Kind} kind @param {Row[]} rows */
export const curvesIn = (kind, rows) => kind.curves.filter(({ key }) => rows.some((row) => Number.isFinite(row[key])));

/** What a chart says of itself: one sentence, or one for each of its curves. @param {Kind} kind */
export function meanings({ curves }) {
  const told = new Set(curves.map(({ meaning }) => meaning));
  return told.size > 1
    ? curves.map(({ title, meaning }) => ({ title, meaning }))
    : [{ title: "", meaning: [...told][0] }];
}

/** What its curves are counted in, where that is one thing. @param {Kind} kind */
export const unitOf = ({ curves }) => (curves.every(({ unit }) => unit === curves[0].unit) ? curves[0].unit : "");

/** A value as it is written. @param {Curve} curve @param {number} value */
export function written({ digits }, value) {
  const text = digits >= 0 ? value.toFixed(digits) : value ? value.toExponential(1) : "0";
  return text.replace("-", "−");
}

/**
 * The lines beside curves, those of which the value is known.
 * @param {Curve[]} curves @param {Record<string, any>} baselines
 * @returns {Level[]}
 */
export function levels(curves, baselines) {
  return curves
    .flatMap(({ lines }) => lines)
    .map(({ text, value, baseline, look }) => {
      if (!baseline.length) return { text, value, look };
      const path = baseline.map((name) => (name === "{main_facet}" ? baselines.main_facet : name));
      const found = path.reduce((held, name) => held?.[name], baselines);
      return { text: `${text} ${Number.isFinite(found) ? found.toFixed(2) : ""}`, value: found, look };
    })
    .filter(({ value }) => Number.isFinite(value));
}
