// How a chart is laid out: its axes, with room for what is still to come, the lines beside its curves, and their labels.

import { isActive } from "../core/feed.js";
import { axis, fontFamily, plain } from "../core/plot.js";
import { colour } from "../core/theme.js";
import { bandReach, bandShape } from "./band.js";
import { unitOf } from "./declared.js";
import { atEdge } from "./edge.js";
import { labels } from "./labels.js";
import { tintOf } from "./over.js";

/** @import { Band } from "../core/types.d.ts" */
/** @import { Chart, Shown } from "./chart.js" */
/** @import { Level } from "./declared.js" */
/** @import { OwnLevel } from "./over.js" */
/** @import { Trace } from "./traces.js" */

/** @type {Record<Level["look"], {tint?: string, dash?: string}>} */
const LOOKS = { plain: {}, warm: { tint: "warm" }, dotted: { dash: "dot" } }; // of lines beside the curves
const HEIGHT = { small: 96, large: 190 };
const MARGINS = { small: { l: 38, t: 4, b: 18 }, large: { l: 54, t: 6, b: 36 } };
/** @type {Record<string, string>} */
const AGAINST = { step: "step", seconds: "seconds trained" };
// Room for the curves of a run that goes on, as shares of what they span: ahead of them, where they head up or down, elsewhere.
const ROOM = { ahead: 1, heading: 0.3, other: 0.08 };

/**
 * What Plotly is told of a chart's axes, of the lines beside its curves and of their labels.
 * @param {Pick<Chart, "kind" | "large" | "board"> & {plot: {clientWidth: number, clientHeight: number}}} chart
 * @param {OwnLevel[]} lines
 * @param {Trace[]} traces
 * @param {Shown[]} runs
 * @param {Band | null} band where healthy runs lie
 */
export function layoutOf({ kind, plot, large, board: { against } }, lines, traces, runs, band) {
  const growing = traces.filter((trace) => goesOn(runs[trace.meta]));
  const beside = band ? bandReach(band, Math.max(0, ...traces.map((trace) => trace.x.at(-1) ?? 0))) : [];
  const drawn = [...traces.flatMap((t) => t.y), ...beside].filter(Number.isFinite);
  const shown = atEdge(lines, drawn).map((line) => ({
    ...line,
    ...LOOKS[line.look],
    ...(line.of === null || runs.length === 1 ? {} : { tint: tintOf(line.of) }),
  }));
  const near = shown.filter(({ far }) => !far);
  const marks = near.map((line) => ({
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: line.value,
    y1: line.value,
    layer: "below",
    line: { color: colour(line.tint ?? "faint-text"), width: 1.2, dash: line.dash ?? "dash" },
  }));
  const reach = span(
    [...drawn, ...near.map((line) => line.value)],
    growing.flatMap((trace) => trace.y.slice(-1)),
  );
  const size = large ? "large" : "small";
  const height = large ? Math.max(HEIGHT.large, plot.clientHeight) : HEIGHT.small;
  const { l, t, b } = MARGINS[size];
  const { notes, room } = labels(shown, reach, { pixels: height - t - b, short: !large });
  const ahead = (1 + ROOM.ahead) * Math.max(0, ...growing.map((trace) => trace.x.at(-1) ?? 0)); // one that has ended needs none
  const still = { automargin: false, ticklabeloverflow: "allow" }; // Plotly would lay all labels out twice to find margins that fit
  return {
    height,
    width: plot.clientWidth || undefined,
    margin: { l, r: room, t, b },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: fontFamily(), color: colour("text"), size: 11 },
    uirevision: against,
    xaxis: axis({
      ...still,
      title: { ...axis().title, text: large ? AGAINST[against] : "" },
      rangemode: "tozero",
      nticks: large ? 7 : 3,
      autorangeoptions: { include: ahead },
    }),
    yaxis: axis({
      ...still,
      title: { ...axis().title, text: large ? plain(unitOf(kind)) : "" },
      nticks: large ? 6 : 3,
      tickformat: kind.curves.some(({ digits }) => digits < 0) ? ".0e" : undefined,
      autorangeoptions: { include: reach },
    }),
    hovermode: "x",
    hoverlabel: { font: { size: 11, family: fontFamily() } },
    dragmode: large ? "zoom" : false,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 10.5 }, itemwidth: 20 },
    shapes: [...(band ? [bandShape(band)] : []), ...marks],
    annotations: notes,
  };
}

/**
 * Whether a run will have more rows.
 * @param {Shown} run
 */
export const goesOn = ({ feed }) => isActive(feed.status);

/**
 * From where to where an axis goes that shows `values`, with room for curves that end in `ends`.
 * @param {number[]} values
 * @param {number[]} ends
 * @returns {[number, number]}
 */
function span(values, ends) {
  const low = Math.min(...values),
    high = Math.max(...values),
    room = high - low;
  if (!ends.length) return [low, high];
  /** @param {number} limit */
  const heads = (limit) =>
    room * (ends.some((end) => Math.abs(end - limit) < ROOM.heading * room) ? ROOM.heading : ROOM.other);
  return [low - heads(low), high + heads(high)];
}
