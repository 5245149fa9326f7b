// The newest end of a chart's curves, drawn over what Plotly drew: laying a chart out anew takes some 25 ms without a GPU, so
// Plotly draws again only when a point lies beyond its axes, or when it must know the points.

import { makeSvg } from "../core/elements.js";

const DOT = 5;

/** @typedef {[across: string, down: string]} At in CSS pixels of the plotting area */
/** @typedef {{range: [number, number], autorange: boolean, l2p: (value: number) => number}} Axis as Plotly lays it out */
/**
 * A curve to be lengthened; x and y are of its last point.
 * @typedef {object} Line
 * @property {number | undefined} x
 * @property {number | undefined} y
 * @property {string} colour
 * @property {number} width
 * @property {boolean} dash
 * @property {number} [opacity]
 * @property {boolean} dots
 */

export class Tail {
  /** @param {HTMLElement} plot the element that Plotly draws in, over which it lies */
  constructor(plot) {
    this.plot = plot;
    this.svg = makeSvg("svg", { class: "chart-tail", "aria-hidden": "true" });
    /** @type {{line: SVGElement, dots: SVGElement | null, last: At | null}[]} */
    this.lines = [];
    /** @type {{x: Axis, y: Axis} | null} */
    this.axes = null;
    this.empty = true;
  }

  /**
   * Begins anew after Plotly has drawn.
   * @param {Line[]} lines
   */
  begin(lines) {
    const { xaxis, yaxis } = /** @type {any} */ (this.plot)._fullLayout;
    this.axes = { x: xaxis, y: yaxis };
    Object.assign(this.svg.style, {
      left: `${xaxis._offset}px`,
      top: `${yaxis._offset}px`,
      width: `${xaxis._length}px`,
      height: `${yaxis._length}px`,
    });
    this.lines = lines.map(({ x, y, colour, width, dash, opacity = 1, dots }) => ({
      line: makeSvg("path", {
        stroke: colour,
        "stroke-width": width,
        "stroke-dasharray": dash ? "3 3" : "none",
        opacity,
      }),
      dots: !dots ? null : makeSvg("path", { stroke: colour, "stroke-width": DOT, "stroke-linecap": "round" }),
      last: x !== undefined && y !== undefined && Number.isFinite(y) ? this.at(xaxis, yaxis, x, y) : null,
    }));
    this.svg.replaceChildren(...this.lines.flatMap(({ line, dots }) => (dots ? [line, dots] : [line])));
    if (!this.svg.isConnected) this.plot.append(this.svg);
    this.empty = true;
  }

  clear() {
    this.svg.replaceChildren();
    this.lines = [];
  }

  /**
   * Lengthens a line; false where the point lies beyond the axes, so that Plotly must draw.
   * @param {number} index
   * @param {number} x
   * @param {number} y
   */
  add(index, x, y) {
    const line = this.lines[index];
    if (!line || !this.axes || !within(this.axes.x, x) || !within(this.axes.y, y)) return false;
    const [across, down] = this.at(this.axes.x, this.axes.y, x, y);
    if (line.last) lengthen(line.line, `M${line.last}L${across},${down}`);
    if (line.dots) lengthen(line.dots, `M${across},${down}h0`);
    line.last = [across, down];
    this.empty = false;
    return true;
  }

  /**
   * @param {Axis} xaxis
   * @param {Axis} yaxis
   * @param {number} x
   * @param {number} y
   * @returns {At}
   */
  at(xaxis, yaxis, x, y) {
    return [xaxis.l2p(x).toFixed(1), yaxis.l2p(y).toFixed(1)];
  }
}

/**
 * Where somebody has zoomed in, what lies outside is simply not seen.
 * @type {(axis: Axis, value: number) => boolean}
 */
const within = ({ autorange, range: [from, to] }, value) => !autorange || (value >= from && value <= to);

/** @type {(path: SVGElement, more: string) => void} */
const lengthen = (path, more) => path.setAttribute("d", (path.getAttribute("d") ?? "") + more);
