// Whoever zoomed to where no clip lies is told so, and brought back.

import { make } from "../core/elements.js";

/** @import { MapPlot } from "./plot.js" */

export class Lost {
  /** @param {MapPlot} plot */
  constructor(plot) {
    const onclick = () => {
      plot.stage.focus({ preventScroll: true }); // the button goes, and would take the focus along
      plot.reset();
    };
    this.box = make("button.plain.map-lost", { type: "button", hidden: true, onclick }, "No clip is in view. Show all");
    plot.overlays.push(() => {
      this.box.hidden = !plot.camera.zoomed || plot.anyInView();
    });
  }
}
