// Spectrograms side by side, one a clip; several pictures of the same clips stand below each other.

import { make } from "../core/elements.js";
import { caption, Figure } from "./figure.js";
import { legend, paint, unpacked } from "./paint.js";

const PIXELS_A_FRAME = 1.6;
const [NARROWEST, WIDEST] = [64, 200];

/** @import { LensHost, LensPart, LensPicture } from "../core/types.d.ts" */

export class Strips extends Figure {
  /**
   * @param {LensPicture[]} pictures
   * @param {LensHost} lens
   */
  constructor(pictures, lens) {
    super(pictures[0], lens, "strips");
    this.box.replaceChildren(); // each strip has a caption of its own
    const frames = Math.max(...pictures.map(({ shape }) => shape[2]));
    const width = `${Math.max(NARROWEST, Math.min(WIDEST, frames * PIXELS_A_FRAME))}px`;
    this.strips = pictures.map((picture) => this.strip(picture, width));
    this.legend = make("div");
    if (pictures.some(({ rows }) => rows === "clips")) this.hint = "Click a panel to hear its clip.";
    this.box.append(
      make(
        "div.lens-scroll",
        { tabindex: "0", role: "group", "aria-label": pictures[0].title },
        ...this.strips.map(({ box }) => box),
      ),
      this.legend,
      this.said,
    );
    this.say("");
  }

  /**
   * @param {LensPicture} picture
   * @param {string} width in CSS
   */
  strip(picture, width) {
    const heard = picture.rows === "clips";
    const panels = Array.from({ length: picture.shape[0] }, (_, i) => {
      const canvas = make("canvas", { style: { width } });
      if (!heard) return { canvas, panel: make("span.lens-panel", {}, canvas) };
      /** @param {MouseEvent} event */
      const hear = (event) => this.lens.hear(this, [{ axis: "clip", index: i }], event.timeStamp);
      const heed = { type: "button", onclick: hear, onpointerenter: () => this.lens.getReady(i) };
      return { canvas, panel: make("button.lens-panel", heed, canvas) };
    });
    return {
      panels,
      heard,
      rows: picture.rows,
      box: make(
        "div.lens-strip",
        {},
        caption(picture),
        make("div.lens-panels", {}, ...panels.map(({ panel }) => panel)),
      ),
    };
  }

  /** @param {LensPicture[]} pictures */
  update(pictures) {
    pictures.forEach((picture, k) => {
      const whole = unpacked(picture);
      const [, bands, frames] = picture.shape;
      const { panels, heard, rows } = this.strips[k];
      panels.forEach(({ canvas, panel }, i) => {
        paint(canvas, whole, bands, frames, { from: i * bands * frames, upwards: true });
        panel.title = this.lens.nameOf(rows, i);
        if (heard) panel.setAttribute("aria-label", `Play ${panel.title}`);
      });
    });
    this.legend.replaceChildren(legend(pictures[0]));
  }

  /** @param {LensPart | null} part */
  mark(part) {
    for (const { panels } of this.strips)
      for (const [i, { panel }] of panels.entries()) panel.classList.toggle("playing", part?.index === i);
  }
}
