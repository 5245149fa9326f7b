// The legend of a column of numbers: its colours from low to high, what their ends stand for, and two ends between which the
// clips are kept; of times of day also those from a later to an earlier one, across midnight.

import { make } from "../core/elements.js";
import { unlabelled } from "../core/palette.js";
import { view } from "../core/view.js";
import { isTimeOfDay, number } from "./columns.js";

const STEPS = 200;
const OF_NUMBERS = ["Least number that is kept", "Largest number that is kept"];
const OF_DAY = ["Kept from this time of day on", "Kept until this time of day"];

/** @import { Column, Scale } from "../core/types.d.ts" */

export class NumberLegend {
  constructor() {
    this.box = make("div.number-legend", { role: "group" });
    this.box.hidden = true;
    const end = () => {
      const input = make("input", { type: "range", min: "0", max: `${STEPS}` });
      input.addEventListener("input", () => this.choose(input));
      return input;
    };
    this.low = end();
    this.high = end();
    this.ramp = make("span.number-ramp");
    this.out = [make("span.number-out"), make("span.number-out")];
    this.slider = make("span.number-range", {}, this.ramp, ...this.out, this.low, this.high);
    this.words = [make("output.number-end"), make("output.number-end")];
    this.missing = make("span");
    this.swatch = make("span.swatch.circle");
    this.none = make("span.number-missing", {}, this.swatch, this.missing);
    this.box.append(this.words[0], this.slider, this.words[1], this.none);
    /** @type {{scale: Scale, column: Column} | null} */
    this.shown = null;
    view.on(["between"], () => this.take());
  }

  /**
   * A scale of `coloursOf` and its column; null hides the legend.
   * @param {Scale | null} scale
   * @param {Column | null} column
   */
  show(scale, column) {
    this.shown = scale && column ? { scale, column } : null;
    this.box.hidden = !this.shown;
    if (!scale || !column) return;
    this.box.setAttribute("aria-label", `${column.title}: colours from low to high`);
    const ofDay = isTimeOfDay(column);
    for (const [i, words] of (ofDay ? OF_DAY : OF_NUMBERS).entries())
      [this.low, this.high][i].setAttribute("aria-label", words);
    this.slider.title = ofDay ? "Hours across midnight: move the first end behind the second" : "";
    this.ramp.style.background = `linear-gradient(90deg, ${scale.colours.join(", ")})`;
    this.none.hidden = !scale.missing;
    this.swatch.style.background = unlabelled(); // of the theme, which may be another one than before
    this.missing.textContent = `no value: ${scale.missing}`;
    this.take();
  }

  /**
   * A visitor moves one end; the other gives way, unless what is kept may lie across midnight. An end at its stop leaves nothing out.
   * @param {HTMLInputElement} moved
   */
  choose(moved) {
    if (!this.shown) return;
    const { low, high } = this.shown.scale;
    let [from, to] = [Number(this.low.value), Number(this.high.value)];
    if (from > to && !isTimeOfDay(this.shown.column)) [from, to] = moved === this.low ? [from, from] : [to, to];
    const value = (/** @type {number} */ at) => low + (at / STEPS) * (high - low);
    const least = from > 0 ? value(from) : null;
    const most = to < STEPS ? value(to) : null;
    view.set({ between: least === null && most === null ? null : [least, most] });
  }

  /** @param {HTMLElement} cover @param {number} from @param {number} to in steps */
  cover(cover, from, to) {
    cover.style.left = `${(100 * from) / STEPS}%`;
    cover.style.width = `${(100 * (to - from)) / STEPS}%`;
  }

  /** Shows the ends that the page keeps to. */
  take() {
    if (!this.shown) return;
    const { scale, column } = this.shown;
    const { least, low, high, most } = scale;
    const [from, to] = view.state.between ?? [null, null];
    const at = (/** @type {number} */ value) =>
      high > low ? Math.round((STEPS * (Math.min(high, Math.max(low, value)) - low)) / (high - low)) : 0;
    const [begin, end] = [from === null ? 0 : at(from), to === null ? STEPS : at(to)];
    this.low.value = `${begin}`;
    this.high.value = `${end}`;
    const across = begin > end; // what is left out lies between
    this.cover(this.out[0], across ? end : 0, begin);
    this.cover(this.out[1], across ? STEPS : end, STEPS);
    const said = (/** @type {number} */ value) => number(value, column);
    const open = [
      least < low && said(least) !== said(low) ? `≤ ${said(low)}` : said(low),
      most > high && said(most) !== said(high) ? `≥ ${said(high)}` : said(high),
    ];
    const words = [from === null ? open[0] : said(from), to === null ? open[1] : said(to)];
    for (const [i, text] of words.entries()) {
      this.words[i].textContent = text;
      [this.low, this.high][i].setAttribute("aria-valuetext", text);
    }
  }
}
