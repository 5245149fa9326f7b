// The legend of a column of numbers: its colours from low to high, and what their ends stand for.

import { make } from "../core/elements.js";
import { UNLABELLED } from "../core/palette.js";
import { number } from "./columns.js";

export class NumberLegend {
  constructor() {
    this.box = make("div.number-legend", { role: "img" });
    this.box.hidden = true;
  }

  /** A scale of `coloursOf` and its column; null hides the legend. */
  show(scale, column) {
    this.box.hidden = !scale;
    if (!scale) return;
    const low = `${scale.below ? "≤ " : ""}${number(scale.low, column)}`;
    const high = `${scale.above ? "≥ " : ""}${number(scale.high, column)}`;
    const ramp = make("span.number-ramp", {
      style: { background: `linear-gradient(90deg, ${scale.colours.join(", ")})` },
    });
    const missing = make(
      "span.number-missing",
      {},
      make("span.swatch.circle", { style: { background: UNLABELLED() } }),
    );
    missing.append(`no value: ${scale.missing}`);
    this.box.replaceChildren(make("span", {}, low), ramp, make("span", {}, high), ...(scale.missing ? [missing] : []));
    this.box.setAttribute("aria-label", `${column.title}: the colours go from ${low} to ${high}`);
  }
}
