// The row of tools on the map: what a drag does, zooming, and the map as a picture.

import { contextOf, icon, make } from "../core/elements.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";

/** @import { IconName } from "../core/types.d.ts" */
/** @import { Tool } from "./gestures.js" */
/** @import { MapPlot } from "./plot.js" */

const STEP = 1.5; // by which a press zooms

/** @type {Record<Tool, {icon: IconName, title: string, key: string}>} */
const TOOLS = {
  pan: { icon: "hand", title: "Drag moves the map (Shift draws a lasso)", key: "m" },
  box: { icon: "box", title: "Drag selects the clips in a box", key: "b" },
  lasso: { icon: "lasso", title: "Drag selects the clips in a lasso", key: "l" },
};

const TURNS = "Drag turns the map (Shift draws a lasso)"; // in space

export class Tools {
  /** @param {MapPlot} plot */
  constructor(plot) {
    this.plot = plot;
    /** @type {(name: IconName, title: string, onclick: () => void, attributes?: object) => HTMLButtonElement} */
    const button = (name, title, onclick, attributes = {}) =>
      make("button.map-tool", { type: "button", title, "aria-label": title, onclick, ...attributes }, icon(name));
    const words = /** @type {Tool[]} */ (Object.keys(TOOLS));
    this.buttons = words.map((tool) => {
      const { icon, title, key } = TOOLS[tool];
      return button(icon, title, () => this.take(tool), { "data-tool": tool, "aria-keyshortcuts": key });
    });
    const { camera } = plot;
    const title = "The map in space, with a third axis: drag turns it, Shift and the arrow keys too";
    const turnOver = () => view.set({ solid: !view.state.solid });
    this.space = make("button.map-tool.map-space", { type: "button", title, onclick: turnOver }, "3-D");
    this.space.hidden = !source.server;
    this.box = make(
      "div.map-tools",
      { role: "toolbar", "aria-label": "Tools of the map" },
      ...this.buttons,
      make("span.map-tools-gap"),
      button("add", "Zoom in", () => plot.look(() => camera.zoomBy(STEP)), { "aria-keyshortcuts": "+" }),
      button("minus", "Zoom out", () => plot.look(() => camera.zoomBy(1 / STEP)), { "aria-keyshortcuts": "-" }),
      button("fit", "Show all clips", () => plot.reset(), { "aria-keyshortcuts": "0" }),
      this.space,
      make("span.map-tools-gap"),
      button("camera", "Download the map as a picture", () => download(plot)),
    );
    this.take("pan");
  }

  /** Says how many axes the map has. @param {2 | 3} axes */
  dress(axes) {
    this.space.setAttribute("aria-pressed", String(axes === 3));
    const title = axes === 3 ? TURNS : TOOLS.pan.title;
    for (const name of ["title", "aria-label"]) this.buttons[0].setAttribute(name, title);
  }

  /** @param {Tool} tool what a drag does from now on */
  take(tool) {
    this.plot.gestures.tool = tool;
    this.plot.stage.dataset.tool = tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  /**
   * What a key of the map does; whether it does anything.
   * @param {string} key
   */
  key(key) {
    const { plot } = this;
    const tool = /** @type {Tool[]} */ (Object.keys(TOOLS)).find((word) => TOOLS[word].key === key);
    if (tool) this.take(tool);
    else if (key === "+" || key === "=") plot.look(() => plot.camera.zoomBy(STEP));
    else if (key === "-") plot.look(() => plot.camera.zoomBy(1 / STEP));
    else if (key === "0") plot.reset();
    else return false;
    return true;
  }

  /** Ends a shape that is being drawn, else the tool that draws; whether there was either. */
  end() {
    if (this.plot.gestures.giveUp()) return true;
    if (this.plot.gestures.tool === "pan") return false;
    this.take("pan");
    return true;
  }
}

/**
 * Saves what the canvas shows, on the ground that it lies on.
 * @param {MapPlot} plot
 */
function download({ canvas, stage, zoomKey }) {
  const picture = make("canvas", { width: canvas.width, height: canvas.height });
  const context = contextOf(picture);
  context.fillStyle = getComputedStyle(stage).backgroundColor;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(canvas, 0, 0);
  make("a", { href: picture.toDataURL("image/png"), download: `${zoomKey ?? "map"}.png` }).click();
}
