// The ways that the selected clips and the chosen one went through the snapshots up to the one that is shown.

import { make, sharpContext } from "../core/elements.js";
import { colour } from "../core/theme.js";

const MOST_CLIPS = 60;
const MOST_STEPS = 60; // evenly taken where there are more
const ALPHA = { old: 0.12, new: 0.95 };

/** @import { Axes } from "../core/types.d.ts" */
/** @import { MapView } from "./map.js" */
/** @import { Layout } from "./layouts.js" */

export class Trails {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    this.on = make("input", { type: "checkbox", role: "switch", onchange: () => this.ask() });
    const title = "The ways of the selected clips and the chosen one through the snapshots up to this one";
    this.switch = make("label.switch", { title }, this.on, make("span", {}, "Trails"));
    this.canvas = make("canvas.map-trails", { "aria-hidden": "true" });
    /** @type {Layout[]} in the order of their steps, up to the one that is shown */
    this.layouts = [];
    /** @type {string | null} */
    this.of = null; // the run and step that they are of
    this.blank = true;
    map.plot.overlays.push((axes) => this.paint(axes));
  }

  /** The points whose ways are drawn. */
  get points() {
    const { plot, chosen } = this.map;
    const points = plot.selected.slice(0, MOST_CLIPS);
    if (chosen !== null && !points.includes(chosen)) points.push(chosen);
    return points;
  }

  /** Fetches the layouts that are needed, as soon as there is something to draw. */
  async ask() {
    const { run, layouts, shownLayout, timeline, plot } = this.map;
    if (!this.on.checked || !layouts || !shownLayout || !this.points.length) return plot.repaint();
    const steps = timeline.steps.filter((step) => step <= shownLayout.step);
    const of = `${run} ${layouts.axes} ${layouts.version} ${steps}`;
    if (of !== this.of) {
      this.of = of;
      this.layouts = [];
      const found = await Promise.all(evenly(steps, MOST_STEPS).map((step) => layouts.at(step).catch(() => null)));
      if (of !== this.of) return;
      this.layouts = found.filter((layout) => layout !== null).filter(({ x }) => x.length === plot.x.length);
    }
    plot.repaint();
  }

  /** @param {Axes} axes */
  paint(axes) {
    const { points, layouts } = this;
    const drawn = this.on.checked && layouts.length > 1 && points.length > 0;
    if (!drawn && this.blank) return; // as mostly: to wipe a blank canvas costs as much as to wipe a full one
    const context = sharpContext(this.canvas);
    if (!context) return;
    this.blank = !drawn;
    if (!drawn) return;
    const { plot } = this.map;
    const looks = plot.looksOf(points);
    const ground = colour("sunk");
    context.lineCap = "round";
    for (const [i, point] of points.entries()) {
      const places = layouts.slice(0, -1).map((layout) => {
        const { x, y } = plot.placeIn(layout, point);
        return [axes.across(x), axes.down(y)];
      });
      places.push([axes.across(plot.x[point]), axes.down(plot.y[point])]); // where it is now, also on its way
      for (let k = 1; k < places.length; k++) {
        context.globalAlpha = ALPHA.old + ((ALPHA.new - ALPHA.old) * k) / (places.length - 1);
        context.beginPath();
        context.moveTo(places[k - 1][0], places[k - 1][1]);
        context.lineTo(places[k][0], places[k][1]);
        context.lineWidth = 3.5;
        context.strokeStyle = ground;
        context.stroke();
        context.lineWidth = 1.8;
        context.strokeStyle = looks[i];
        context.stroke();
      }
    }
  }
}

/**
 * At most `most` of some values, evenly taken, with the first and the last.
 * @param {number[]} values
 * @param {number} most
 */
export const evenly = (values, most) =>
  values.length <= most
    ? values
    : Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]);
