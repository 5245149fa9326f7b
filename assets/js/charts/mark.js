// Where the page's timeline stands, as a line over a chart. It is an element of its own: Plotly need not draw for it.

import { make } from "../core/elements.js";

export class Mark {
  /** @param {HTMLElement} plot the element that Plotly draws in, over which it lies */
  constructor(plot) {
    this.plot = plot;
    this.line = make("div.chart-mark", { "aria-hidden": "true", hidden: true });
  }

  /** @param {number | null | undefined} x on the chart's axis; null where the newest snapshot is looked at */
  place(x) {
    const laid = /** @type {any} */ (this.plot)._fullLayout;
    this.line.hidden = typeof x !== "number" || !laid;
    if (this.line.hidden) return;
    const { xaxis, yaxis } = laid;
    const across = xaxis.l2p(x);
    this.line.hidden = across < 0 || across > xaxis._length;
    Object.assign(this.line.style, {
      left: `${xaxis._offset + across}px`,
      top: `${yaxis._offset}px`,
      height: `${yaxis._length}px`,
    });
    if (!this.line.isConnected) this.plot.append(this.line);
  }
}
