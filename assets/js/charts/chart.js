// One live chart of a run: curves that grow, lines to compare them with, one sentence that says what it shows.

import { make, onResize } from "../core/elements.js";
import { drawingTurn, plotly } from "../core/plot.js";
import { save } from "../core/save.js";
import { view } from "../core/view.js";
import { Caption } from "./caption.js";
import { layoutOf } from "./chart_layout.js";
import { Curves } from "./curves.js";
import { enlarge } from "./large.js";
import { Mark } from "./mark.js";
import { Tail } from "./tail.js";
import { csvOf, DRAWING, svgOf } from "./taken.js";
import { mix } from "./traces.js";

/** @import { MetricRow } from "../core/types.d.ts" */
/** @import { Feed } from "../core/feed.js" */
/** @import { Kind } from "./declared.js" */
/** @import { RunsKey } from "./runs_key.js" */
/** @typedef {{name: string, feed: Feed}} Shown a run that is shown */
/**
 * What a chart asks of the board that holds it.
 * @typedef {object} Host
 * @property {boolean} smooth
 * @property {boolean} small  whether its charts are small ones, each of which opens large
 * @property {string} against "step" or "seconds"
 * @property {Shown[]} runs
 * @property {RunsKey} key  which runs are drawn as one, and what each is called
 * @property {Chart[]} charts
 * @property {(curve: Kind["curves"][number], run: number) => boolean} comparable
 *   whether a run's numbers of this name are of the same measure as the first run's that has them
 * @property {(charts: Chart[]) => void} rebuild
 */

export class Chart {
  /**
   * @param {Kind} kind
   * @param {Host} board
   */
  constructor(kind, board) {
    this.kind = kind;
    this.board = board;
    this.plot = make("div.chart-plot");
    this.caption = new Caption(kind, board.small ? () => this.enlarge() : null);
    // No <figure>: one with a caption may not be the dialog that it is while it lies open large.
    this.box = make(
      "div.chart",
      { role: "figure", "aria-label": kind.title, hidden: true },
      this.caption.box,
      this.plot,
    );
    this.large = !board.small;
    this.box.classList.toggle("small", board.small);
    if (board.small) this.plot.addEventListener("click", () => this.enlarge());
    this.tail = new Tail(this.plot);
    this.mark = new Mark(this.plot);
    this.drawn = false;
    this.pointed = false;
    this.curves = new Curves(kind, board);
    /** @type {number[]} */
    this.known = []; // how many rows of each run are drawn
    this.inView = true; // until the observer of the board has looked
    this.behind = false; // rows came while nobody saw the chart
    this.box.addEventListener("pointerenter", () => {
      this.pointed = true; // Plotly tells the values under the pointer, so it must know them
      if (this.drawn && !this.tail.empty) this.board.rebuild([this]);
    });
    this.box.addEventListener("pointerleave", () => {
      this.pointed = false;
    });
    onResize(this.plot, () => {
      if (this.drawn) this.board.rebuild([this]);
    });
  }

  /** Opens a small chart large, with its axes, its meaning and all that one can do with a chart. */
  enlarge() {
    if (this.large) return;
    enlarge({
      box: this.box,
      open: (large) => {
        this.large = large;
        this.board.rebuild([this]);
      },
      take: (kind) => this.keep(kind),
    });
  }

  /** Has the browser keep what is drawn, the newest points included. @param {"svg" | "csv"} kind */
  async keep(kind) {
    const { runs, against } = this.board;
    await this.rebuild(runs);
    const plot = /** @type {any} */ (this.plot);
    const room = { kind: this.kind, large: true, board: this.board, plot: DRAWING };
    const layout = layoutOf(room, this.curves.lines(runs), plot.data, runs, this.curves.bandOf(runs));
    const text = kind === "svg" ? await svgOf(this.kind.title, plot, layout) : csvOf(plot.data, against);
    const type = kind === "svg" ? "image/svg+xml" : "text/csv";
    const name = `${this.kind.title} of ${runs[0].name}`.replaceAll(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
    save(new Blob([text], { type }), `${name}.${kind}`);
  }

  /** Marks the snapshot that is looked at, where it isn't the newest. */
  markStep() {
    const { step } = view.state;
    const rows = this.board.runs[0]?.feed.rows ?? [];
    const row = step === null ? undefined : rows.findLast((other) => (other.step ?? Infinity) <= step);
    this.mark.place(this.drawn && row ? row[this.board.against] : null);
  }

  /** Takes away what was drawn of other runs, which would be seen again until these are drawn. */
  async clear() {
    if (!this.drawn) return;
    this.drawn = false;
    (await plotly()).purge(this.plot);
    this.tail.clear();
  }

  /**
   * Draws everything anew.
   * @param {Shown[]} runs
   * @returns {Promise<void>}
   */
  async rebuild(runs) {
    this.behind = false;
    const known = runs.map(({ feed }) => feed.rows.length);
    const traces = this.curves.traces(runs);
    this.box.hidden = !traces.some((trace) => trace.x.length);
    if (this.box.hidden) return;
    this.showValue(runs);
    this.caption.warn(runs[0].feed);
    this.caption.sayRuns(this.board.key.entries.map(({ line }) => line));
    this.caption.sayLeftOut(this.curves.leftOut(runs));
    this.sayBand(runs);
    if (this.waits()) return;
    const lines = this.curves.lines(runs);
    const Plotly = await plotly();
    await drawingTurn();
    if (runs !== this.board.runs || !this.board.charts.includes(this)) return; // others were chosen meanwhile
    if (this.waits()) return;
    await Plotly.react(this.plot, traces, layoutOf(this, lines, traces, runs, this.curves.bandOf(runs)), {
      displayModeBar: false,
      responsive: false,
    });
    if (!this.drawn) /** @type {any} */ (this.plot).on("plotly_relayout", () => this.board.rebuild([this])); // zoomed: the tail must follow
    this.drawn = true;
    this.known = known;
    this.tail.begin(
      traces.map(({ x, y, line, opacity, mode }) => ({
        x: x.at(-1),
        y: y.at(-1),
        colour: line.color,
        width: line.width,
        dash: line.dash !== "solid",
        opacity,
        dots: mode.endsWith("markers"),
      })),
    );
    this.markStep();
    const followed = runs.every(({ feed }, run) => this.extend(run, feed.rows)); // by what came meanwhile
    if (!followed) return this.rebuild(runs);
  }

  /** The newest value of the first run, or of the mean that is drawn of it and others. @param {Shown[]} runs */
  showValue(runs) {
    const { groups, entries } = this.board.key;
    const feeds = groups[0].map((run) => runs[run].feed);
    this.caption.showValue(feeds, this.board.against, entries.length > 1 ? entries[0].line : "");
  }

  /** Whether it is drawn only when somebody sees it. */
  waits() {
    this.behind = !this.inView;
    return this.behind;
  }

  /**
   * Draws news of a run, or leaves it for the moment when the chart is scrolled into view: drawing is what costs.
   * @param {number} run
   * @param {Shown[]} runs
   */
  async take(run, runs) {
    if (!this.box.hidden) this.sayBand(runs);
    if (!this.box.hidden && !this.inView)
      this.behind ||= this.curves.of(run, runs[run].feed.rows.slice(this.known[run])).length > 0;
    else if (!this.extend(run, runs[run].feed.rows)) return this.rebuild(runs);
  }

  /**
   * @param {boolean} inView
   * @param {Shown[]} runs
   */
  seen(inView, runs) {
    this.inView = inView;
    if (inView && this.behind) return this.rebuild(runs);
  }

  /**
   * Lengthens the curves that are there by what is new; false when the chart must be rebuilt, as always where runs are drawn as one.
   * @param {number} run
   * @param {MetricRow[]} rows
   */
  extend(run, rows) {
    const fresh = rows.slice(this.known[run]).filter((row) => this.curves.of(run, [row]).length);
    this.known[run] = rows.length;
    if (!fresh.length) return true;
    if (!this.drawn || this.box.hidden || this.pointed) return false;
    return this.curves.of(run, fresh).every(({ key }) => {
      const curve = this.curves.ends.get(`${run} ${key}`);
      return (
        curve &&
        fresh
          .filter((row) => Number.isFinite(row[key]))
          .every((row) => {
            const x = row[this.board.against];
            if (curve.smooth !== undefined) curve.last = mix(curve.last, row[key]);
            const { raw, smooth, last } = curve;
            return (
              this.tail.add(raw, x, row[key]) &&
              (smooth === undefined || last === undefined || this.tail.add(smooth, x, last))
            );
          })
      );
    });
  }

  /** @param {Shown[]} runs */
  sayBand(runs) {
    const { rows } = runs[0].feed;
    this.caption.sayBand(this.curves.bandOf(runs), this.curves.of(0, rows)[0], rows);
  }
}
