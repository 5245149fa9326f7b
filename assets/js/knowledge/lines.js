// A small chart of lines between 0 and 1, as SVG: the style sheet gives it its colours, so that it follows the theme by itself.

import { makeSvg } from "../core/elements.js";

const WIDTH = 240;
const HEIGHT = 110;
const PAD = 6;

/**
 * @typedef {object} Line
 * @property {string} look  class of the line
 * @property {number[]} x  places from 0 to 1
 * @property {(number | null)[]} y  values; null is a gap
 * @property {boolean} [dots]
 */

/**
 * @typedef {object} Zone
 * @property {string} look  class of the zone
 * @property {number} from
 * @property {number} to
 */

const across = (/** @type {number} */ x) => PAD + x * (WIDTH - 2 * PAD);
const down = (/** @type {number} */ y) => HEIGHT - PAD - Math.max(0, Math.min(1, y)) * (HEIGHT - 2 * PAD);

/**
 * Lines over zones, levels as thin lines, and one place marked. `label` says in words what is shown.
 * @param {{lines: Line[], levels?: {look: string, value: number | null}[], zones?: Zone[], mark?: number | null, label: string}} what
 */
export function linesChart({ lines, levels = [], zones = [], mark = null, label }) {
  const chart = makeSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "known-lines",
    role: "img",
    "aria-label": label,
  });
  for (const { look, from, to } of zones)
    chart.append(
      makeSvg("rect", {
        class: look,
        x: across(from),
        y: 0,
        width: Math.max(0, across(to) - across(from)),
        height: HEIGHT,
      }),
    );
  for (const y of [0, 0.5, 1])
    chart.append(makeSvg("line", { class: "grid", x1: across(0), x2: across(1), y1: down(y), y2: down(y) }));
  for (const { look, value } of levels)
    if (value !== null)
      chart.append(makeSvg("line", { class: look, x1: across(0), x2: across(1), y1: down(value), y2: down(value) }));
  if (mark !== null)
    chart.append(makeSvg("line", { class: "own", x1: across(mark), x2: across(mark), y1: 0, y2: HEIGHT }));
  for (const { look, x, y, dots } of lines) {
    const known = y.flatMap((value, i) => (value === null ? [] : [[across(x[i]), down(value)]]));
    chart.append(makeSvg("polyline", { class: look, points: known.map((place) => place.join(",")).join(" ") }));
    if (dots || known.length === 1)
      for (const [cx, cy] of known) chart.append(makeSvg("circle", { class: look, cx, cy, r: 2.6 }));
  }
  return chart;
}

/** A share as it is written in sentences: ".61". @param {number | null | undefined} value */
export const share = (value) => {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(2);
  return (value < 0 && Number(text) ? "−" : "") + text.replace(/^0\./, ".");
};
