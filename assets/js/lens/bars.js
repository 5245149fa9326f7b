// Plain bars, one a number or one for each series beside each other.

import { make, onResize, sharpContext } from "../core/elements.js";
import { colour, onTheme } from "../core/theme.js";
import { Field, Figure } from "./figure.js";
import { readable, unpacked } from "./paint.js";

const COLOURS = 5; // of series, each of which lens.css gives its --h-curve-… by data-series
const GAP = 0.2; // of the room for one number

/** @import { LensHost, LensNumbers, LensPart, LensPicture } from "../core/types.d.ts" */

export class Bars extends Figure {
  /**
   * @param {LensPicture[]} pictures of which there is one
   * @param {LensHost} lens
   */
  constructor([picture], lens) {
    super(picture, lens, "bars");
    /** @type {LensNumbers | null} */
    this.picture = null;
    this.count = 0;
    this.canvas = make("canvas");
    const heard = picture.rows === "clips";
    this.hint = heard ? "Click a bar to hear its clip." : "";
    this.field = new Field(this.canvas, `${picture.title}: arrow keys move between bars`, {
      heard,
      onPoint: (_, column) => this.point(column),
      onChoose: (_, index, asked) => {
        if (heard) lens.hear(this, [{ axis: "bar", index }], asked);
      },
    });
    const names = picture.series.map((name, s) =>
      make("span.lens-series", {}, make("span.swatch.square", { "data-series": s % COLOURS }), name),
    );
    this.high = make("span");
    this.low = make("span");
    this.box.append(
      make(
        "div.lens-axes",
        {},
        make("div.lens-side.lens-scale", {}, this.high, this.low),
        make("div.lens-plot", {}, this.field.box, make("p.lens-columns", {}, picture.rows)),
      ),
      make("p.lens-names", { hidden: !names.length }, ...names),
      this.read,
      this.said,
    );
    this.say("");
    onResize(this.field.box, () => this.draw());
    /** Ends the listening, once other pictures take its place. */
    this.leave = onTheme(() => this.draw());
  }

  /** @param {LensPicture[]} pictures */
  update([picture]) {
    this.picture = unpacked(picture);
    this.count = picture.shape.at(-1) ?? 0;
    this.high.textContent = readable(picture.high);
    this.low.textContent = readable(picture.low);
    this.field.resize(1, this.count);
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.field.box;
    const context = sharpContext(this.canvas, width, height);
    if (!context || !this.picture) return;
    const { values, low, high } = this.picture;
    const series = values.length / this.count;
    const room = width / this.count,
      bar = (room * (room < 4 ? 1 : 1 - GAP)) / series;
    /** @type {(value: number) => number} */
    const down = (value) => height * (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low || 1));
    const ground = down(0);
    for (let s = 0; s < series; s++) {
      context.fillStyle = colour(`curve-${s % COLOURS}`);
      for (let k = 0; k < this.count; k++) {
        const top = down(values[s * this.count + k]);
        const left = k * room + (room - bar * series) / 2 + s * bar;
        context.fillRect(
          left,
          Math.min(top, ground),
          Math.max(bar - (bar > 4 ? 1 : 0), 0.5),
          Math.max(Math.abs(ground - top), 0.5),
        );
      }
    }
    context.fillStyle = colour("faint-text");
    context.fillRect(0, Math.min(height - 1, ground), width, 1);
  }

  /** @param {number | null} k */
  point(k) {
    this.read.textContent = "";
    if (k === null || !this.picture) return;
    const { series, rows, values } = this.picture;
    const numbers = Array.from(
      { length: values.length / this.count },
      (_, s) => `${series[s] ? `${series[s]} ` : ""}${readable(values[s * this.count + k])}`,
    );
    this.read.textContent = `${this.lens.nameOf(rows, k)}: ${numbers.join("  ·  ")}`;
  }

  /** @param {LensPart | null} part */
  mark(part) {
    this.field.mark(part);
  }
}
