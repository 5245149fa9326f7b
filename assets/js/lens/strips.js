// Spectrograms side by side, one a clip; several pictures of the same clips stand below each other.

import { make } from "../core/elements.js";
import { caption, Figure } from "./figure.js";
import { legend, paint, unpacked } from "./paint.js";

const PIXELS_A_FRAME = 1.6;
const [NARROWEST, WIDEST] = [64, 200];

export class Strips extends Figure {
  constructor(pictures, lens) {
    super(pictures[0], lens, "strips");
    this.box.firstChild.remove(); // each strip has a caption of its own
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

  strip(picture, width) {
    const heard = picture.rows === "clips";
    const panels = Array.from({ length: picture.shape[0] }, (_, i) => {
      const canvas = make("canvas", { style: { width } });
      if (!heard) return make("span.lens-panel", {}, canvas);
      const hear = (event) => this.lens.hear(this, [{ axis: "clip", index: i }], event.timeStamp);
      return make(
        "button.lens-panel",
        { type: "button", onclick: hear, onpointerenter: () => this.lens.getReady(i) },
        canvas,
      );
    });
    return {
      panels,
      heard,
      rows: picture.rows,
      box: make("div.lens-strip", {}, caption(picture), make("div.lens-panels", {}, ...panels)),
    };
  }

  update(pictures) {
    pictures.forEach((picture, k) => {
      const whole = unpacked(picture);
      const [, bands, frames] = picture.shape;
      const { panels, heard, rows } = this.strips[k];
      panels.forEach((panel, i) => {
        paint(panel.firstChild, whole, bands, frames, { from: i * bands * frames, upwards: true });
        panel.title = this.lens.nameOf(rows, i);
        if (heard) panel.setAttribute("aria-label", `Play ${panel.title}`);
      });
    });
    this.legend.replaceChildren(legend(pictures[0]));
  }

  mark(part) {
    for (const { panels } of this.strips)
      panels.forEach((panel, i) => panel.classList.toggle("playing", part?.index === i));
  }
}
