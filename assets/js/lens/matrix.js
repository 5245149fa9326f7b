// A matrix as a heatmap with words on its axes; a click plays the clip of the row, then that of the column.

import { make } from "../core/elements.js";
import { Field, Figure } from "./figure.js";
import { legend, paint, readable, shownRange, tableFor, unpacked } from "./paint.js";
import { shownInWords, spread } from "./shows.js";

const SIDE = 330; // pixels of a square one; others have its area
const [LEAST, MOST] = [120, 470];

/** @import { LensHost, LensNumbers, LensPart, LensPicture } from "../core/types.d.ts" */

export class Matrix extends Figure {
  /**
   * @param {LensPicture[]} pictures of which there is one
   * @param {LensHost} lens
   */
  constructor([picture], lens) {
    super(picture, lens, "matrix");
    /** @type {LensNumbers | null} */
    this.picture = null;
    const [rows, columns] = picture.shape;
    this.axes = [
      ["row", picture.rows],
      ["column", picture.columns],
    ];
    this.canvas = make("canvas");
    const heard = picture.rows === "clips" || picture.columns === "clips";
    this.hint = heard ? "Click a cell to hear its clips." : "";
    this.field = new Field(this.canvas, `${picture.title}: arrow keys move between cells, Enter plays`, {
      heard,
      onPoint: (row, column) => this.point(row, column),
      onChoose: (row, column, asked) => this.choose(row, column, asked),
    });
    const [width, height] = [columns / rows, rows / columns].map((ratio) =>
      Math.max(LEAST, Math.min(MOST, SIDE * Math.sqrt(ratio))),
    );
    Object.assign(this.field.box.style, { width: `${width}px`, aspectRatio: `${width} / ${height}` });
    this.canvas.classList.toggle("smooth", columns > width || rows > height); // more numbers than pixels
    this.legend = make("div");
    this.box.append(
      make(
        "div.lens-axes",
        {},
        make("div.lens-side", {}, make("span.lens-rows", {}, picture.rows)),
        make("div.lens-plot", {}, this.field.box, make("p.lens-columns", {}, picture.columns)),
      ),
      this.legend,
      this.read,
      this.said,
    );
    this.say("");
  }

  /** @param {LensPicture[]} pictures */
  update([picture]) {
    this.picture = unpacked(picture);
    const [rows, columns] = picture.shape;
    const table = tableFor(picture);
    const chance = picture.shows === "shares" ? 1 / columns : undefined;
    const range = shownRange(this.picture, chance);
    const spreads = picture.shows === "identity"; // about 0, and in most of its cells near it
    const values = spreads ? spread(this.picture.values) : this.picture.values;
    paint(this.canvas, { values, ...range }, rows, columns, { table });
    const whole = range.fitted
      ? `Colours span ${chance ? "twice chance, or what is there" : "what is there"}, of ${readable(picture.low)} to ${readable(picture.high)}.`
      : "";
    this.legend.replaceChildren(
      legend(range, table, { chance, spreads }),
      ...[whole, shownInWords(this.picture)].filter(Boolean).map((words) => make("p.lens-words", {}, words)),
    );
    this.field.resize(rows, columns);
  }

  /**
   * @param {number | null} row
   * @param {number | null} column
   */
  point(row, column) {
    this.read.textContent = "";
    if (row === null || column === null || !this.picture) return;
    const names = this.axes.map(([axis, words], i) => this.lens.nameOf(words || `${axis}s`, [row, column][i]));
    this.read.textContent = `${names.join(" × ")}: ${readable(this.picture.values[row * this.picture.shape[1] + column])}`;
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {number} asked
   */
  choose(row, column, asked) {
    const parts = this.axes
      .map(([axis, words], i) => ({ axis, words, index: [row, column][i] }))
      .filter(({ words }) => words === "clips");
    if (parts.length) this.lens.hear(this, parts, asked);
  }

  /** @param {LensPart | null} part */
  mark(part) {
    this.field.mark(part);
  }
}
