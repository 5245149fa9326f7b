// The newest end of a chart's curves, drawn over what Plotly drew: laying a chart out anew takes some 25 ms without a GPU, so
// Plotly draws again only when a point lies beyond its axes, or when it must know the points.

const SVG = "http://www.w3.org/2000/svg";
const DOT = 5;

const shape = (name, attributes = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};

export class Tail {
  /** Lies over `plot`, an element that Plotly draws in. */
  constructor(plot) {
    this.plot = plot;
    this.svg = shape("svg", { class: "chart-tail", "aria-hidden": "true" });
    this.lines = [];
  }

  /** Begins anew after Plotly has drawn. lines: [{x, y (of its last point), colour, width, dash, opacity, dots}]. */
  begin(lines) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    this.axes = { x: xaxis, y: yaxis };
    Object.assign(this.svg.style, {
      left: `${xaxis._offset}px`,
      top: `${yaxis._offset}px`,
      width: `${xaxis._length}px`,
      height: `${yaxis._length}px`,
    });
    this.lines = lines.map(({ x, y, colour, width, dash, opacity = 1, dots }) => ({
      line: shape("path", {
        stroke: colour,
        "stroke-width": width,
        "stroke-dasharray": dash ? "3 3" : "none",
        opacity,
      }),
      dots: dots && shape("path", { stroke: colour, "stroke-width": DOT, "stroke-linecap": "round" }),
      last: Number.isFinite(y) ? this.at(x, y) : null,
    }));
    this.svg.replaceChildren(...this.lines.flatMap(({ line, dots }) => (dots ? [line, dots] : [line])));
    if (!this.svg.isConnected) this.plot.append(this.svg);
    this.empty = true;
  }

  clear() {
    this.svg.replaceChildren();
    this.lines = [];
  }

  /** Lengthens a line; false where the point lies beyond the axes, so that Plotly must draw. */
  add(index, x, y) {
    const line = this.lines[index];
    if (!line || !within(this.axes.x, x) || !within(this.axes.y, y)) return false;
    const [across, down] = this.at(x, y);
    if (line.last) lengthen(line.line, `M${line.last}L${across},${down}`);
    if (line.dots) lengthen(line.dots, `M${across},${down}h0`);
    line.last = [across, down];
    this.empty = false;
    return true;
  }

  at(x, y) {
    return [this.axes.x.l2p(x).toFixed(1), this.axes.y.l2p(y).toFixed(1)];
  }
}

/** Where somebody has zoomed in, what lies outside is simply not seen. */
const within = ({ autorange, range: [from, to] }, value) => !autorange || (value >= from && value <= to);

const lengthen = (path, more) => path.setAttribute("d", (path.getAttribute("d") ?? "") + more);
