// Which curves a chart draws of the runs that are shown, where each ends, and what lies beside them.

import { bandOf } from "./band.js";
import { curvesIn, levels } from "./declared.js";
import { levelsOver } from "./over.js";
import { tracesOf, tracesTogether } from "./traces.js";

/** @import { MetricRow } from "../core/types.d.ts" */
/** @import { Host, Shown } from "./chart.js" */
/** @import { Kind } from "./declared.js" */
/** @import { One, Trace } from "./traces.js" */
/** @typedef {{raw: number, smooth?: number, last?: number}} End indices in the tail, and the last value of the smooth one */

export class Curves {
  /**
   * @param {Kind} kind
   * @param {Host} board
   */
  constructor(kind, board) {
    this.kind = kind;
    this.board = board;
    /** @type {Map<string, End>} */
    this.ends = new Map(); // by run and curve
  }

  /** The curves of all that is shown. @param {Shown[]} runs */
  traces(runs) {
    /** @type {Trace[]} */
    const traces = [];
    this.ends.clear();
    const over = runs.length > 1;
    const { groups, entries } = this.board.key;
    for (const [tint, group] of groups.entries()) {
      const run = this.leading(group, runs);
      const curves = this.of(run, runs[run].feed.rows);
      const about = { run, tint, name: over ? entries[tint].line : "", alone: curves.length === 1, over };
      const ofRuns = group.map((place) => runs[place].feed.rows);
      for (const [k, curve] of curves.entries()) {
        if (group.length > 1) traces.push(...tracesTogether({ ...about, curve, k }, ofRuns, this.board));
        else this.add(traces, ofRuns[0], { ...about, curve, k });
      }
    }
    return traces;
  }

  /** The lines beside the curves of all that is shown. @param {Shown[]} runs */
  lines(runs) {
    const ofEach = this.board.key.groups.map((group) => {
      const run = this.leading(group, runs);
      const curves = this.of(run, runs[run].feed.rows);
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
    return group.find((run) => this.of(run, runs[run].feed.rows).length) ?? group[0];
  }

  /**
   * The curves of a run that are drawn here.
   * @param {number} run
   * @param {MetricRow[]} rows
   */
  of(run, rows) {
    return curvesIn(this.kind, rows).filter((curve) => this.board.comparable(curve, run));
  }

  /**
   * @param {Trace[]} traces
   * @param {MetricRow[]} rows
   * @param {One} one
   */
  add(traces, rows, one) {
    const more = tracesOf(one, rows, this.board);
    const [raw, smooth] = [traces.length, more.length > 1 ? traces.length + 1 : undefined];
    traces.push(...more);
    this.ends.set(`${one.run} ${one.curve.key}`, { raw, smooth, last: smooth && traces[smooth].y.at(-1) });
  }

  /**
   * The band of healthy runs of the method of what is drawn; null where runs lie over each other, and where it isn't by step.
   * @param {Shown[]} runs
   */
  bandOf(runs) {
    const [{ feed }] = runs;
    const alone = runs.length === 1 && this.board.against === "step";
    return alone ? bandOf(this.of(0, feed.rows), feed.baselines) : null;
  }

  /** What the runs are called that have such numbers too, of another measure. @param {Shown[]} runs */
  leftOut(runs) {
    const others = runs.filter(
      ({ feed }, run) => curvesIn(this.kind, feed.rows).length && !this.of(run, feed.rows).length,
    );
    return [...new Set(others.map(({ name }) => this.board.key.nameOf(name)))];
  }
}
