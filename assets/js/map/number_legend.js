// The legend of a column of numbers: its colours from low to high, and what their ends stand for.

import { make } from "../core/elements.js";
import { UNLABELLED } from "../core/palette.js";
import { number } from "./columns.js";

/** @import { Column, Scale } from "../core/types.d.ts" */

export class NumberLegend {
  constructor() {
    this.box = make("div.number-legend", { role: "img" });
    this.box.hidden = true;
  }

  /**
   * A scale of `coloursOf` and its column; null hides the legend.
   * @param {Scale | null} scale
   * @param {Column | null} column
   */
  show(scale, column) {
    this.box.hidden = !scale;
    if (!scale || !column) return;
    const [least, low, high, most] = [scale.least, scale.low, scale.high, scale.most].map((end) => number(end, column));
    const from = scale.least < scale.low && least !== low ? `≤ ${low}` : low;
    const to = scale.most > scale.high && most !== high ? `≥ ${high}` : high;
    const ramp = make("span.number-ramp", {
      style: { background: `linear-gradient(90deg, ${scale.colours.join(", ")})` },
    });
    const missing = make(
      "span.number-missing",
      {},
      make("span.swatch.circle", { style: { background: UNLABELLED() } }),
    );
    missing.append(`no value: ${scale.missing}`);
    this.box.replaceChildren(make("span", {}, from), ramp, make("span", {}, to), ...(scale.missing ? [missing] : []));
    this.box.setAttribute("aria-label", `${column.title}: the colours go from ${from} to ${to}`);
  }
}
