// The curves of one run as Plotly draws them: thinned where they have more points than pixels, and smooth where that is asked for.

import { plain } from "../core/plot.js";
import { colour } from "../core/theme.js";
import { written } from "./declared.js";
import { DASHES, tintOf } from "./over.js";

/** @import { Curve, MetricRow } from "../core/types.d.ts" */
/** @typedef {{x: number[], y: number[], meta: number, mode: string, opacity?: number} & Record<string, any>} Trace of Plotly */
/**
 * One curve of one run.
 * @typedef {object} One
 * @property {Curve} curve
 * @property {number} k  which of its chart
 * @property {number} run
 * @property {string} name  what the run is called
 * @property {boolean} alone  whether the chart has no other curve
 * @property {boolean} over  whether several runs lie over each other
 */

const SMOOTHING = 0.85;
const MOST_POINTS = 1500; // more than a chart has pixels; beyond this a curve is thinned

/**
 * The curve, and where it is to be smooth the same once more, faint and as it is, before it.
 * @param {One} one
 * @param {MetricRow[]} rows
 * @param {{against: string, smooth: boolean}} how "step" or "seconds", and whether what comes at every step is smoothed
 * @returns {Trace[]}
 */
export function tracesOf({ curve, k, run, name, alone, over }, rows, { against, smooth }) {
  const { key, title, rhythm } = curve;
  const shown = thinned(rows.filter((row) => Number.isFinite(row[key])));
  const [x, y] = [shown.map((row) => row[against]), shown.map((row) => row[key])];
  const tint = colour(over ? tintOf(run) : `curve-${k % 5}`);
  const label = `${plain(title)}${over ? ` · ${plain(name)}` : ""}`;
  /** @type {Trace} */
  const base = {
    x,
    y,
    meta: run,
    type: "scatter",
    mode: rhythm === "snapshot" ? "lines+markers" : "lines",
    name: label,
    line: { color: tint, width: 1.8, dash: over ? DASHES[k % DASHES.length] : "solid" },
    marker: { size: 5, color: tint },
    showlegend: !alone && run === 0, // which run has which colour stands above the charts
    text: y.map((value) => written(curve, value)), // told under the pointer in as many digits as above the chart
    hovertemplate: `%{text}<extra>${label}</extra>`,
  };
  if (!smooth || rhythm !== "step") return [base];
  const faint = { opacity: 0.25, showlegend: false, hoverinfo: "skip", hovertemplate: undefined };
  const even = smoothed(y);
  return [
    { ...base, ...faint },
    { ...base, x: [...x], y: even, text: even.map((value) => written(curve, value)) },
  ];
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

/** @param {MetricRow[]} rows */
function thinned(rows) {
  if (rows.length <= MOST_POINTS) return rows;
  const every = Math.ceil(rows.length / MOST_POINTS);
  return rows.filter((_, i) => i % every === 0 || i === rows.length - 1);
}
