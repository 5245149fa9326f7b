// What stands above a chart's curves: its title and newest value, what it shows, and the sentences that the run's numbers call for.

import { make } from "../core/elements.js";
import { bandWords, outside, outsideWords, towardsCollapse } from "./band.js";
import { curvesIn, meanings, written } from "./declared.js";
import { tintOf } from "./over.js";
import { newestOf } from "./traces.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { Band, Curve, MetricRow } from "../core/types.d.ts" */
/** @import { Kind } from "./declared.js" */

export class Caption {
  /**
   * @param {Kind} kind
   * @param {(() => void) | null} open what a press of the title does; null for nothing
   */
  constructor(kind, open) {
    this.kind = kind;
    this.value = make("span.chart-value");
    this.runs = make("ul.chart-runs", { "aria-label": "Runs of this chart", hidden: true });
    this.warning = make("p.chart-warning", { hidden: true });
    this.leftOut = make("p.chart-meaning.left-out", { hidden: true });
    this.healthy = make("p.chart-meaning", { hidden: true });
    this.outside = make("p.chart-outside", { hidden: true });
    const large = { type: /** @type {const} */ ("button"), title: "Open this curve large" };
    this.box = make(
      "div.chart-caption",
      {},
      open
        ? make("button.chart-title.chart-open", { ...large, onclick: open }, kind.title)
        : make("span.chart-title", {}, kind.title),
      this.value,
      ...meanings(kind).map(({ title, meaning }) =>
        make("p.chart-meaning", {}, title ? make("b", {}, title) : null, title && " · ", meaning),
      ),
      this.runs,
      this.leftOut,
      this.healthy,
      this.outside,
      this.warning,
    );
  }

  /**
   * Which run has which colour; a chart that is opened large lies over the list above the charts.
   * @param {string[]} names
   */
  sayRuns(names) {
    this.runs.hidden = names.length < 2;
    this.runs.replaceChildren(
      ...names.map((name, run) =>
        make("li", {}, make("span.charts-tint", { style: { background: `var(--h-${tintOf(run)})` } }), name),
      ),
    );
  }

  /**
   * The newest value, or where the mean of several runs ends, where there is one curve.
   * @param {Feed[]} feeds
   * @param {string} against "step" or "seconds"
   * @param {string} of whose it is, the first of those drawn over each other; empty where nothing else is drawn
   */
  showValue(feeds, against, of) {
    const [curve, other] = curvesIn(this.kind, feeds[0].rows);
    const ofRuns = feeds.map(({ rows }) => rows);
    const value = curve && !other ? newestOf(curve, ofRuns, against) : undefined;
    const whose = of && { role: "img", "aria-label": of, style: { background: `var(--h-${tintOf(0)})` } };
    this.value.title = of && `The newest value of ${of}`;
    if (value === undefined) this.value.replaceChildren();
    else this.value.replaceChildren(...(whose ? [make("span.charts-tint", whose)] : []), written(curve, value));
  }

  /**
   * The run's alarm stands on the chart from whose curve it was read.
   * @param {Feed} feed
   */
  warn({ status }) {
    const own =
      status?.warning &&
      this.kind.curves.some(({ key }) => [`measure/${status.warned_by}`, `train/${status.warned_by}`].includes(key));
    this.warning.textContent = own ? status.warning : "";
    this.warning.hidden = !own;
  }

  /**
   * What the band of healthy runs is, and since when a run lies outside of it.
   * @param {Band | null} band
   * @param {Curve} curve
   * @param {MetricRow[]} rows
   */
  sayBand(band, curve, rows) {
    const found = band && outside(band, curve, rows);
    this.healthy.hidden = !band;
    this.outside.hidden = !found;
    this.healthy.textContent = band ? bandWords(band) : "";
    this.outside.textContent = band && found ? outsideWords(found, band, curve, rows[rows.length - 1].step ?? 0) : "";
    this.outside.classList.toggle("towards", Boolean(found && towardsCollapse(found, curve)));
  }

  /**
   * Runs that have such numbers too, of another measure.
   * @param {string[]} names
   */
  sayLeftOut(names) {
    this.leftOut.hidden = !names.length;
    this.leftOut.textContent = `Not drawn, as it is another measure there: ${names.join("; ")}.`;
  }
}
