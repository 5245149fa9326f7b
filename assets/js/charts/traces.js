// The curves of one run as Plotly draws them: thinned where they have more points than pixels, and smooth where that is asked for.

import { plain } from "../core/plot.js";
import { colour } from "../core/theme.js";
import { written } from "./declared.js";
import { DASHES, tintOf } from "./over.js";
import { thinned, together } from "./repeats.js";

/** @import { Curve, MetricRow } from "../core/types.d.ts" */
/** @typedef {{x: number[], y: number[], meta: number, mode: string, opacity?: number} & Record<string, any>} Trace of Plotly */
/**
 * One curve of one run.
 * @typedef {object} One
 * @property {Curve} curve
 * @property {number} k  which of its chart
 * @property {number} run  its place among all that are shown, or that of the first of those that are drawn as one
 * @property {number} tint  which colour is its own where runs lie over each other
 * @property {string} name  what the run is called
 * @property {boolean} alone  whether the chart has no other curve
 * @property {boolean} over  whether several runs lie over each other
 */

const SMOOTHING = 0.85;
const MOST_POINTS = 1500; // more than a chart has pixels; beyond this a curve is thinned
const silent = { showlegend: false, hoverinfo: "skip", hovertemplate: undefined };

/**
 * The curve, and where it is to be smooth the same once more, faint and as it is, before it.
 * @param {One} one
 * @param {MetricRow[]} rows
 * @param {{against: string, smooth: boolean}} how "step" or "seconds", and whether what comes at every step is smoothed
 * @returns {Trace[]}
 */
export function tracesOf(one, rows, { against, smooth }) {
  const { curve } = one;
  const { x, y } = lineOf(curve, rows, against);
  const base = drawn(one, x, y);
  if (!smooth || curve.rhythm !== "step") return [base];
  const faint = { opacity: 0.25, ...silent };
  const even = smoothed(y);
  return [
    { ...base, ...faint },
    { ...base, x: [...x], y: even, text: even.map((value) => written(curve, value)) },
  ];
}

/**
 * The mean of one curve of several runs, over an area from the lowest to the highest of them.
 * @param {One} one
 * @param {MetricRow[][]} ofRuns
 * @param {{against: string, smooth: boolean}} how
 * @returns {Trace[]}
 */
export function tracesTogether(one, ofRuns, { against, smooth }) {
  const { curve } = one;
  const lines = ofRuns.map((rows) => lineOf(curve, rows, against)).filter(({ x }) => x.length);
  const even = smooth && curve.rhythm === "step" ? lines.map(({ x, y }) => ({ x, y: smoothed(y) })) : lines;
  const { x, mean, low, high } = together(even);
  const base = drawn(one, x, mean);
  const told = (/** @type {number} */ value) => written(curve, value);
  const area = {
    mode: "lines",
    fill: "toself",
    fillcolor: base.line.color,
    opacity: 0.16,
    line: { ...base.line, width: 0 },
  };
  return [
    { ...base, ...silent, ...area, x: [...x.toReversed(), ...x], y: [...high.toReversed(), ...low] }, // ends where they do
    {
      ...base,
      text: mean.map((value, i) => `${told(value)} (${told(low[i])} to ${told(high[i])})`),
      customdata: mean.map((_, i) => [low[i], high[i]]),
    },
  ];
}

/**
 * The newest value of a curve, or of the mean of several runs' curves, which ends with the first of them; undefined where there is none.
 * @param {Curve} curve
 * @param {MetricRow[][]} ofRuns
 * @param {string} against
 */
export function newestOf(curve, ofRuns, against) {
  const lines = ofRuns.map((rows) => lineOf(curve, rows, against)).filter(({ x }) => x.length);
  return lines.length > 1 ? together(lines).mean.at(-1) : lines[0]?.y.at(-1);
}

/**
 * The points of a curve at which there is a number.
 * @param {Curve} curve
 * @param {MetricRow[]} rows
 * @param {string} against
 */
function lineOf({ key }, rows, against) {
  const shown = thinned(
    rows.filter((row) => Number.isFinite(row[key])),
    MOST_POINTS,
  );
  return { x: shown.map((row) => row[against]), y: shown.map((row) => row[key]) };
}

/**
 * A line through points as it looks and as it is told.
 * @param {One} one
 * @param {number[]} x
 * @param {number[]} y
 * @returns {Trace}
 */
function drawn({ curve, k, run, tint, name, alone, over }, x, y) {
  const own = colour(over ? tintOf(tint) : `curve-${k % 5}`);
  const label = `${plain(curve.title)}${over ? ` · ${plain(name)}` : ""}`;
  return {
    x,
    y,
    meta: run,
    type: "scatter",
    mode: curve.rhythm === "snapshot" ? "lines+markers" : "lines",
    name: label,
    line: { color: own, width: 1.8, dash: over ? DASHES[k % DASHES.length] : "solid" },
    marker: { size: 5, color: own },
    showlegend: !alone && run === 0, // which run has which colour stands above the charts
    text: y.map((value) => written(curve, value)), // told under the pointer in as many digits as above the chart
    hovertemplate: `%{text}<extra>${label}</extra>`,
  };
}

/**
 * The next value of a smooth curve.
 * @type {(before: number | undefined, value: number) => number}
 */
export const mix = (before, value) => (before === undefined ? value : SMOOTHING * before + (1 - SMOOTHING) * value);

/** @param {number[]} values */
function smoothed(values) {
  /** @type {number | undefined} */
  let held;
  return values.map((value) => {
    held = mix(held, value);
    return held;
  });
}
