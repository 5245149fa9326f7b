// What the pictures of a lens share: a title, one sentence, lines that are read out, and a field of cells to point at.

import { make } from "../core/elements.js";

/** @import { LensHost, LensPart, LensPicture } from "../core/types.d.ts" */

/** A figure with its caption, a line for what is pointed at and one for what is playing, or why it isn't. */
export class Figure {
  /**
   * @param {LensPicture} picture
   * @param {LensHost} lens
   * @param {string} kind
   */
  constructor(picture, lens, kind) {
    this.lens = lens;
    this.hint = "";
    this.read = make("p.lens-read");
    this.said = make("p.lens-said", { role: "status" });
    this.box = make(`figure.lens.lens-${kind}`, { "aria-label": picture.title }, caption(picture));
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text || this.hint;
    this.said.classList.toggle("hint", !text);
  }
}

/** @param {LensPicture} picture */
export const caption = ({ title, meaning }) =>
  make("figcaption", {}, make("span.chart-title", {}, title), meaning ? make("p.chart-meaning", {}, meaning) : null);

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** An element over a canvas that is divided into rows × columns: pointed at by mouse and by arrow keys. */
export class Field {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} label
   * @param {object} on
   * @param {(row: number | null, column: number | null) => void} on.onPoint null, null when nothing is pointed at
   * @param {(row: number, column: number, time: number) => void} on.onChoose
   * @param {boolean} on.heard whether a click is heard
   */
  constructor(canvas, label, { onPoint, onChoose, heard }) {
    this.rows = 1;
    this.columns = 1;
    /** @type {number | null} */
    this.row = null;
    /** @type {number | null} */
    this.column = null;
    this.onPoint = onPoint;
    this.cell = make("span.lens-cell", { hidden: true });
    this.line = make("span.lens-line", { hidden: true });
    this.box = make(
      "div.lens-field",
      { tabindex: "0", role: "application", "aria-label": label },
      canvas,
      this.line,
      this.cell,
    );
    this.box.classList.toggle("heard", heard);
    this.box.addEventListener("pointermove", (event) => this.point(...this.at(event)));
    this.box.addEventListener("pointerleave", () => this.point(null, null));
    this.box.addEventListener("click", (event) => onChoose(...this.at(event), event.timeStamp));
    this.box.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (move)
        this.point(
          this.held((this.row ?? 0) + move[0], this.rows),
          this.held((this.column ?? -1) + move[1], this.columns),
        );
      else if (event.key === "Enter" || event.key === " ") onChoose(this.row ?? 0, this.column ?? 0, event.timeStamp);
      else return;
      event.preventDefault();
    });
  }

  /**
   * @param {number} rows
   * @param {number} columns
   */
  resize(rows, columns) {
    this.rows = rows;
    this.columns = columns;
    if (this.row !== null) this.point(this.row, this.column); // what is pointed at has another value now
  }

  /**
   * @param {number} index
   * @param {number} count
   */
  held(index, count) {
    return Math.max(0, Math.min(count - 1, index));
  }

  /**
   * @param {MouseEvent} event
   * @returns {[number, number]}
   */
  at(event) {
    const box = this.box.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    return [
      this.held(row, this.rows),
      this.held(Math.floor(((event.clientX - box.left) / box.width) * this.columns), this.columns),
    ];
  }

  /**
   * @param {number | null} row
   * @param {number | null} column
   */
  point(row, column) {
    this.row = row;
    this.column = column;
    this.cell.hidden = row === null;
    if (row !== null && column !== null) this.place(this.cell, row, column, 1, 1);
    this.onPoint(row, column);
  }

  /**
   * Outlines a whole row or column; null takes the line away.
   * @param {LensPart | null} part
   */
  mark(part) {
    this.line.hidden = !part;
    if (part?.axis === "row") this.place(this.line, part.index, 0, 1, this.columns);
    else if (part) this.place(this.line, 0, part.index, this.rows, 1);
  }

  /**
   * @param {HTMLElement} element
   * @param {number} row
   * @param {number} column
   * @param {number} height
   * @param {number} width
   */
  place(element, row, column, height, width) {
    /** @type {(part: number, whole: number) => string} */
    const share = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(element.style, {
      top: share(row, this.rows),
      height: share(height, this.rows),
      left: share(column, this.columns),
      width: share(width, this.columns),
    });
  }
}
