// One live chart of a run: curves that grow, lines to compare them with, one sentence that says what it shows.

import { make, onResize } from "../core/elements.js";
import { drawingTurn, plotly } from "../core/plot.js";
import { save } from "../core/save.js";
import { view } from "../core/view.js";
import { bandOf } from "./band.js";
import { Caption } from "./caption.js";
import { layoutOf } from "./chart_layout.js";
import { curvesIn, levels } from "./declared.js";
import { enlarge } from "./large.js";
import { Mark } from "./mark.js";
import { levelsOver } from "./over.js";
import { Tail } from "./tail.js";
import { csvOf, ROOM, svgOf } from "./taken.js";
import { mix, tracesOf, tracesTogether } from "./traces.js";

/** @import { MetricRow } from "../core/types.d.ts" */
/** @import { Feed } from "../core/feed.js" */
/** @import { Kind } from "./declared.js" */
/** @import { RunsKey } from "./runs_key.js" */
/** @import { One, Trace } from "./traces.js" */
/** @typedef {{name: string, feed: Feed}} Shown a run that is shown */
/** @typedef {{raw: number, smooth?: number, last?: number}} Drawn indices in the tail, and the last of the smooth one */
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
    this.box = make("figure.chart", { "aria-label": kind.title, hidden: true }, this.caption.box, this.plot);
    this.large = !board.small;
    this.box.classList.toggle("small", board.small);
    if (board.small) this.plot.addEventListener("click", () => this.enlarge());
    this.tail = new Tail(this.plot);
    this.mark = new Mark(this.plot);
    this.drawn = false;
    this.pointed = false;
    /** @type {Map<string, Drawn>} */
    this.curves = new Map(); // curve id → {raw, smooth: index in the tail, last: of the smooth one}
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
    const room = { kind: this.kind, large: true, board: this.board, plot: ROOM };
    const layout = layoutOf(room, this.lines(runs), plot.data, runs, this.bandOf(runs));
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
    const traces = this.traces(runs);
    this.box.hidden = !traces.some((trace) => trace.x.length);
    if (this.box.hidden) return;
    this.showValue(runs);
    this.caption.warn(runs[0].feed);
    this.caption.sayRuns(this.board.key.entries.map(({ line }) => line));
    this.sayLeftOut(runs);
    this.sayBand(runs);
    if (this.waits()) return;
    const lines = this.lines(runs);
    const Plotly = await plotly();
    await drawingTurn();
    if (runs !== this.board.runs || !this.board.charts.includes(this)) return; // others were chosen meanwhile
    if (this.waits()) return;
    await Plotly.react(this.plot, traces, layoutOf(this, lines, traces, runs, this.bandOf(runs)), {
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

  /** The curves of all that is shown. @param {Shown[]} runs */
  traces(runs) {
    /** @type {Trace[]} */
    const traces = [];
    this.curves.clear();
    const over = runs.length > 1;
    const { groups, entries } = this.board.key;
    for (const [tint, group] of groups.entries()) {
      const run = this.leading(group, runs);
      const curves = this.curvesOf(run, runs[run].feed.rows);
      const about = { run, tint, name: over ? entries[tint].line : "", alone: curves.length === 1, over };
      const ofRuns = group.map((place) => runs[place].feed.rows);
      for (const [k, curve] of curves.entries()) {
        if (group.length > 1) traces.push(...tracesTogether({ ...about, curve, k }, ofRuns, this.board));
        else this.addCurve(traces, ofRuns[0], { ...about, curve, k });
      }
    }
    return traces;
  }

  /** The lines beside the curves of all that is shown. @param {Shown[]} runs */
  lines(runs) {
    const ofEach = this.board.key.groups.map((group) => {
      const run = this.leading(group, runs);
      const curves = this.curvesOf(run, runs[run].feed.rows);
      const baselines = group.map((place) => runs[place].feed.baselines ?? {});
      return curves.length ? levels(curves, baselines) : null;
    });
    return levelsOver(ofEach);
  }

  /**
   * The first of runs drawn as one that has curves here.
   * @param {number[]} group
   * @param {Shown[]} runs
   */
  leading(group, runs) {
    return group.find((run) => this.curvesOf(run, runs[run].feed.rows).length) ?? group[0];
  }

  /** The newest value of the first run, or of the mean that is drawn of it and others. @param {Shown[]} runs */
  showValue(runs) {
    const feeds = this.board.key.groups[0].map((run) => runs[run].feed);
    this.caption.showValue(feeds, this.board.against);
  }

  /** Whether it is drawn only when somebody sees it. */
  waits() {
    this.behind = !this.inView;
    return this.behind;
  }

  /**
   * The curves of a run that are drawn here.
   * @param {number} run
   * @param {MetricRow[]} rows
   */
  curvesOf(run, rows) {
    return curvesIn(this.kind, rows).filter((curve) => this.board.comparable(curve, run));
  }

  /**
   * @param {Trace[]} traces
   * @param {MetricRow[]} rows
   * @param {One} one
   */
  addCurve(traces, rows, one) {
    const more = tracesOf(one, rows, this.board);
    const [raw, smooth] = [traces.length, more.length > 1 ? traces.length + 1 : undefined];
    traces.push(...more);
    this.curves.set(`${one.run} ${one.curve.key}`, { raw, smooth, last: smooth && traces[smooth].y.at(-1) });
  }

  /**
   * Draws news of a run, or leaves it for the moment when the chart is scrolled into view: drawing is what costs.
   * @param {number} run
   * @param {Shown[]} runs
   */
  async take(run, runs) {
    if (!this.box.hidden) this.sayBand(runs);
    if (!this.box.hidden && !this.inView)
      this.behind ||= this.curvesOf(run, runs[run].feed.rows.slice(this.known[run])).length > 0;
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
    const fresh = rows.slice(this.known[run]).filter((row) => this.curvesOf(run, [row]).length);
    this.known[run] = rows.length;
    if (!fresh.length) return true;
    if (!this.drawn || this.box.hidden || this.pointed) return false;
    return this.curvesOf(run, fresh).every(({ key }) => {
      const curve = this.curves.get(`${run} ${key}`);
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

  /**
   * The band of healthy runs of the method of what is drawn; null where runs lie over each other, and where it isn't by step.
   * @param {Shown[]} runs
   */
  bandOf(runs) {
    const [{ feed }] = runs;
    const alone = runs.length === 1 && this.board.against === "step";
    return alone ? bandOf(this.curvesOf(0, feed.rows), feed.baselines) : null;
  }

  /** @param {Shown[]} runs */
  sayBand(runs) {
    const { rows } = runs[0].feed;
    this.caption.sayBand(this.bandOf(runs), this.curvesOf(0, rows)[0], rows);
  }

  /** @param {Shown[]} runs */
  sayLeftOut(runs) {
    const others = runs.filter(
      ({ feed }, run) => curvesIn(this.kind, feed.rows).length && !this.curvesOf(run, feed.rows).length,
    );
    this.caption.sayLeftOut([...new Set(others.map(({ name }) => this.board.key.nameOf(name)))]);
  }
}
