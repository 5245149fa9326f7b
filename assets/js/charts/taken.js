// A chart to take away: a drawing for a paper, of the same size whatever the window's, and what is drawn as a table.

import { csvText } from "../core/csv.js";
import { plain, plotly } from "../core/plot.js";
import { colour, isDark } from "../core/theme.js";

/** @import { Trace } from "./traces.js" */

/** The room that the curves of a drawing have, without its heading, in pixels. */
export const DRAWING = { clientWidth: 760, clientHeight: 400 };
const HEADING = 52;

/**
 * An SVG document, of what is zoomed to where somebody did.
 * @param {string} title
 * @param {{data: Trace[], layout: any}} plot  as Plotly drew it
 * @param {any} layout  the same, laid out for DRAWING
 * @returns {Promise<string>}
 */
export async function svgOf(title, { data: traces, layout: seen }, layout) {
  const several = traces.filter(isRead).length > 1;
  const told = traces.map((trace) => ({
    ...trace,
    name: trace.name.replace(`${plain(title)} · `, ""),
    showlegend: several && isRead(trace),
  }));
  const heading = {
    title: {
      text: plain(title),
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 8 },
    },
    margin: { ...layout.margin, t: HEADING },
    height: layout.height + HEADING,
    xaxis: { ...layout.xaxis, ...zoomOf(seen.xaxis) },
    yaxis: { ...layout.yaxis, ...zoomOf(seen.yaxis) },
    paper_bgcolor: isDark() ? colour("page") : "#fff",
  };
  const { width, height } = { ...layout, ...heading };
  const address = await (await plotly()).toImage(
    { data: told, layout: { ...layout, ...heading } },
    { format: "svg", width, height },
  );
  return decodeURIComponent(address.slice(address.indexOf(",") + 1));
}

/**
 * A row for each point of each curve as it is drawn.
 * @param {Trace[]} traces
 * @param {string} against  what the points are told by
 */
export function csvOf(traces, against) {
  const rows = traces
    .filter(isRead)
    .flatMap(({ name, x, y, customdata }) => x.map((at, i) => [name, at, y[i], ...(customdata?.[i] ?? [null, null])]));
  return csvText([["curve", against, "value", "lowest", "highest"], ...rows]);
}

/** Whether it is a curve that is read, and not the area or the faint line behind one. @param {Trace} trace */
const isRead = ({ hoverinfo }) => hoverinfo !== "skip";

/** @param {{range: number[], autorange?: boolean}} axis */
const zoomOf = ({ range, autorange }) => (autorange === false ? { range, autorange } : {});
