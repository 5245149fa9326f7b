// How much alike rows must be to be listed: a slider from "any" to 1.

import { make } from "../core/elements.js";

const STEPS = 100;

/** @import { ClipRow } from "../core/types.d.ts" */

export class Threshold {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.least = -Infinity;
    this.told = make("output", {}, "any");
    this.slider = make("input", {
      type: "range",
      min: "0",
      max: String(STEPS),
      value: "0",
      "aria-label": "Least similarity",
      oninput: () => {
        const value = Number(this.slider.value) / STEPS;
        this.least = value === 0 ? -Infinity : value;
        this.told.textContent = value === 0 ? "any" : value.toFixed(2);
        this.slider.style.setProperty("--share", `${value * 100}%`);
        onChange();
      },
    });
    this.box = make("label.clips-threshold", {}, "Least similarity", this.slider, this.told);
  }

  /** @param {ClipRow[]} rows */
  filtered(rows) {
    return rows.filter(({ score }) => score === undefined || score >= this.least);
  }
}
