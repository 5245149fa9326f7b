// Where a curve lies in healthy runs of the same method: a faint band behind it, and since when the run lies outside of it.

import { colour } from "../core/theme.js";

/** @import { Band, Baselines, Curve, MetricRow } from "../core/types.d.ts" */
/** @typedef {{side: "Below" | "Above", since: number, upTo: number}} Outside in which steps a curve lay on that side */

const ROW = 2; // so many snapshots in a row lie outside before it is told, as for a verdict

/**
 * The band of a chart; null where it shows several curves, or where none is known.
 * @param {Curve[]} curves
 * @param {Baselines | null} baselines
 * @returns {Band | null}
 */
export const bandOf = (curves, baselines) => (curves.length === 1 && baselines?.bands?.[curves[0].key]) || null;

/**
 * The band as a shape of Plotly.
 * @param {Band} band
 */
export function bandShape({ steps, low, high }) {
  const there = steps.map((step, i) => `${step},${low[i]}`);
  const back = steps.map((step, i) => `${step},${high[i]}`).reverse();
  return {
    type: "path",
    path: `M${[...there, ...back].join("L")}Z`,
    layer: "below",
    fillcolor: colour("good"),
    opacity: 0.2,
    line: { width: 0 },
  };
}

/**
 * Lowest and highest of a band up to a step, so that the part beside the curve can be seen.
 * @param {Band} band
 * @param {number} last
 */
export function bandReach({ steps, low, high }, last) {
  const beside = steps.filter((step, i) => i === 0 || step <= last).length;
  return [Math.min(...low.slice(0, beside)), Math.max(...high.slice(0, beside))];
}

/**
 * On which side of the band a curve's newest snapshots lie, and since which step and up to which they were compared; null
 * where they lie within, or where fewer than ROW are known. Snapshots of which the band knows nothing are passed over.
 * @param {Band} band
 * @param {Curve} curve
 * @param {MetricRow[]} rows
 * @returns {Outside | null}
 */
export function outside(band, { key }, rows) {
  let [found, count] = [/** @type {Outside | null} */ (null), 0];
  for (const { step = -1, [key]: value } of rows) {
    const limits = Number.isFinite(value) ? limitsAt(band, step) : null;
    if (!limits) continue;
    const side = value < limits[0] ? "Below" : value > limits[1] ? "Above" : null;
    if (!side) [found, count] = [null, 0];
    else if (found?.side === side) [found.upTo, count] = [step, count + 1];
    else [found, count] = [{ side, since: step, upTo: step }, 1];
  }
  return count >= ROW ? found : null;
}

/**
 * [lowest, highest] at a step, as training.bands tells it; null before the first and after the last.
 * @param {Band} band
 * @param {number} step
 * @returns {[number, number] | null}
 */
function limitsAt({ steps, low, high }, step) {
  if (step < steps[0] || step > steps[steps.length - 1]) return null;
  const after = Math.max(
    1,
    steps.findIndex((other) => other >= step),
  );
  const share = (step - steps[after - 1]) / (steps[after] - steps[after - 1]);
  const between = (/** @type {number[]} */ side) => (1 - share) * side[after - 1] + share * side[after];
  return [between(low), between(high)];
}

/**
 * Whether a curve has left the band on the side on which collapses lie; null where its measure tells nothing of them.
 * @param {Outside} found
 * @param {Pick<Curve, "collapse">} curve
 */
export const towardsCollapse = ({ side }, { collapse }) =>
  collapse ? (side === "Below") === (collapse === "lower") : null;

/**
 * Says what `outside` found, and what that means for the measure. Of a run that went on beyond the band it says up to which
 * step that is known.
 * @param {Outside} found
 * @param {Band} band
 * @param {Pick<Curve, "collapse">} curve
 * @param {number} newest the run's newest step
 */
export function outsideWords(found, { steps }, curve, newest) {
  const { side, since, upTo } = found;
  const when = newest > steps[steps.length - 1] ? `from step ${since} to ${upTo}` : `since step ${since}`;
  const towards = towardsCollapse(found, curve);
  const means =
    towards === null ? "" : towards ? ", the side on which a collapse lies" : ", not the side on which a collapse lies";
  return `${side === "Below" ? "Lower" : "Higher"} than in healthy runs ${when}${means}`;
}

/** What the band is. @param {Band} band */
export const bandWords = ({ runs, data, steps }) =>
  `The faint band: ${runs} healthy ${runs === 1 ? "run" : "runs"} of this method with its own settings, lowest to highest ` +
  `(${data.join(", ")}; known up to step ${steps[steps.length - 1]}).`;
