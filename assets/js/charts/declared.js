// Which charts a run has: what its schema declares, and whatever else its rows hold.

/** @import { Baselines, Curve, CurveLine, MetricRow } from "../core/types.d.ts" */
/** @typedef {{title: string, curves: Curve[]}} Kind one chart */
/** @typedef {{text: string, value: number, look: CurveLine["look"]}} Level a line whose value is known */

const NO_CURVES = new Set(["schema", "step", "attempt", "seconds", "resumed_from"]);
const MOST_UNDECLARED = 40; // a damaged file may name any number of them
const LEADING = ["train/loss", "measure/cross_group_knn", "measure/normalised_std", "measure/effective_rank"];

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
    const kind = kinds.get(title);
    if (kind) kind.curves.push(curve);
    else kinds.set(title, { title, curves: [curve] });
  }
  return [...kinds.values()];
}

/**
 * Those charts that answer most, in their order, and the others; the first ones of a run that calls its curves otherwise.
 * @template {{kind: Kind}} Chart
 * @param {Chart[]} charts
 * @returns {[Chart[], Chart[]]}
 */
export function led(charts) {
  const place = (/** @type {Chart} */ { kind }) =>
    LEADING.findIndex((key) => kind.curves.some((curve) => curve.key === key));
  const known = charts.filter((chart) => place(chart) >= 0).sort((a, b) => place(a) - place(b));
  const leading = known.length ? known : charts.slice(0, LEADING.length);
  return [leading, charts.filter((chart) => !leading.includes(chart))];
}

/** Adds to `held` the names of the numbers in rows; whether there was a new one. */
export function gather(/** @type {MetricRow[]} */ rows, /** @type {Set<string>} */ held) {
  const before = held.size;
  for (const row of rows) for (const key in row) if (!NO_CURVES.has(key) && Number.isFinite(row[key])) held.add(key);
  return held.size > before;
}

/** @param {string} key @returns {Curve} */
function undeclared(key) {
  const rhythm = key.startsWith("train/") ? "step" : "snapshot";
  const unknown = {
    unit: "",
    meaning: "",
    convention: "",
    source: "",
    lines: [],
    chart: "",
    collapse: /** @type {""} */ (""),
  };
  const name = key.replace(/^(train|measure)\//, "").replaceAll("_", " ");
  return { key, title: name[0].toUpperCase() + name.slice(1), digits: 3, rhythm, ...unknown };
}

/** Those of a chart's curves of which rows hold a number. @param {Kind} kind @param {MetricRow[]} rows */
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
  const small = value && Math.abs(value) < 10 ** -digits; // of which too little would be left
  const text = digits >= 0 && !small ? value.toFixed(digits) : value ? value.toExponential(1) : "0";
  return text.replace("-", "−");
}

/**
 * The lines beside curves, those of which the value is known: of runs drawn as one the mean, as their curves are.
 * @param {Curve[]} curves
 * @param {Baselines[]} ofRuns
 * @returns {Level[]}
 */
export function levels(curves, ofRuns) {
  return curves
    .flatMap(({ lines }) => lines)
    .flatMap(({ text, value, baseline, look }) => {
      if (!baseline.length) return typeof value === "number" ? [{ text, value, look }] : [];
      const found = ofRuns.map((baselines) => at(baselines, baseline)).filter((held) => typeof held === "number");
      if (!found.length) return [];
      const mean = found.reduce((sum, held) => sum + held, 0) / found.length;
      return [{ text: `${text} ${mean.toFixed(2)}`, value: mean, look }];
    });
}

/**
 * What the baselines hold at a path; undefined where they hold nothing there.
 * @param {Baselines} baselines
 * @param {string[]} path
 */
function at(baselines, path) {
  /** @type {any} */
  let held = baselines;
  for (const name of path) held = held?.[name === "{main_facet}" ? (baselines.main_facet ?? "") : name];
  return held;
}
