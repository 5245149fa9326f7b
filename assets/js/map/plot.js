// The drawing of the map: a canvas with the points, which is fitted to the stage, zoomed and panned; and above it rings, the
// shape that selects, and whatever else follows the points (`overlays`).

import { make, onResize, sharpContext } from "../core/elements.js";
import { nextFrame } from "../core/frames.js";
import { between, fitOf } from "./camera.js";
import { Gestures } from "./gestures.js";
import { Painter, paintSelected } from "./paint.js";
import { PlacedPoints } from "./placed_points.js";
import { Rings } from "./rings.js";

const SVG = "http://www.w3.org/2000/svg";
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @import { Axes, PointClass, Ring } from "../core/types.d.ts" */
/** @import { Pixel } from "./gestures.js" */
/** @typedef {(point: number, event: MouseEvent) => void} AtPoint */
/** @typedef {{onHover: AtPoint, onLeave: () => void, onClick: AtPoint, onSelect: (points: number[], adds: boolean) => void}} Calls */

export class MapPlot extends PlacedPoints {
  /**
   * @param {HTMLElement} stage
   * @param {Calls} calls
   */
  constructor(stage, calls) {
    super(stage);
    this.calls = calls;
    this.canvas = make("canvas.map-points", { "aria-hidden": "true" });
    // Drawn by the processor: thousands of small shapes are slow on an emulated GPU and no trouble without one.
    this.canvas.getContext("2d", { willReadFrequently: true });
    this.painter = new Painter(this.canvas);
    this.surface = make("div.map-plot");
    this.rings = new Rings();
    this.shape = document.createElementNS(SVG, "path");
    const drawing = document.createElementNS(SVG, "svg");
    drawing.classList.add("map-shape");
    drawing.append(this.shape);
    stage.append(this.canvas, this.surface, this.rings.box, drawing);
    /** @type {number[]} */
    this.selected = [];
    this.size = 9;
    /** @type {string | null | undefined} whose zoom is kept */
    this.zoomKey = undefined;
    /** @type {string | null | undefined} of which it is */
    this.zoomOf = undefined;
    /** @type {number | null} */
    this.pointed = null; // the point under the pointer
    /** @type {object | null} the movement that goes on */
    this.moving = null;
    /** @type {number | null} */
    this.following = null;
    /** @type {((axes: Axes) => unknown)[]} called whenever the points were painted */
    this.overlays = [];
    this.gestures = new Gestures(this.surface, {
      point: (event) => this.point(event),
      click: (event) => {
        const point = this.at(event);
        if (point !== null) calls.onClick(point, event);
      },
      twice: (event) => {
        if (this.at(event) === null) this.look(() => this.camera.reset());
      },
      pan: (dx, dy) => this.look(() => this.camera.pan(dx, dy)),
      zoom: (factor, [x, y]) => this.look(() => this.camera.zoomBy(factor, x, y)),
      draw: (shape) => this.draft(shape),
      drawn: (shape, adds) => calls.onSelect(this.inside(shape), adds),
    });
    onResize(stage, () => this.paint());
  }

  /**
   * Paints the points at once; of another run than before unzoomed.
   * @param {Float32Array<ArrayBuffer>} x
   * @param {Float32Array<ArrayBuffer>} y
   * @param {PointClass[]} classes which of the points look alike
   */
  draw(x, y, classes) {
    this.moving = null;
    Object.assign(this, { x, y, classes, shown: true });
    if (this.zoomOf !== this.zoomKey) this.camera.reset();
    this.zoomOf = this.zoomKey;
    this.camera.fit = fitOf(x, y);
    this.size = x.length > 8000 ? 4 : x.length > 2500 ? 5.5 : x.length > 800 ? 7 : 9;
    this.paint();
  }

  /**
   * Gives the points other looks, also in the middle of a movement.
   * @param {PointClass[]} classes
   */
  colour(classes) {
    this.classes = classes;
    this.paint();
  }

  /**
   * Looks at the points in another way, and paints them once for each picture of the screen.
   * @param {() => void} change of the camera
   */
  look(change) {
    change();
    this.stage.classList.toggle("zoomed", this.camera.zoomed);
    this.following ??= requestAnimationFrame(() => {
      this.following = null;
      this.paint();
    });
  }

  /**
   * Carries every point to a new layout, and the axes to what fits it; resolves when it is there. Another call takes over
   * from where they are.
   * @param {Float32Array} x
   * @param {Float32Array} y
   */
  moveTo(x, y, milliseconds = 700) {
    const from = { x: this.x, y: this.y, fit: this.camera.fit };
    const now = { x: Float32Array.from(from.x), y: Float32Array.from(from.y) };
    const fit = fitOf(x, y);
    const begun = performance.now();
    if (still.matches || this.stage.offsetParent === null) milliseconds = 0;
    Object.assign(this, now);
    const moving = {};
    this.moving = moving;
    return new Promise((resolve) => {
      const step = () => {
        if (this.moving !== moving) return resolve(false);
        const share = milliseconds ? Math.min(1, (performance.now() - begun) / milliseconds) : 1;
        const eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
        for (let i = 0; i < x.length; i++) {
          now.x[i] = from.x[i] + eased * (x[i] - from.x[i]);
          now.y[i] = from.y[i] + eased * (y[i] - from.y[i]);
        }
        this.camera.fit = share < 1 ? between(from.fit, fit, eased) : fit;
        if (share === 1) this.moving = null;
        this.paint();
        if (share < 1) nextFrame(step);
        else resolve(true);
      };
      step();
    });
  }

  /** Draws all points where they are now, and what goes with them. */
  paint() {
    const context = sharpContext(this.canvas);
    if (!context || !this.shown) return;
    const axes = this.scales();
    const placed = { x: this.x, y: this.y, size: this.size, ...axes };
    this.painter.paint(this.classes, placed, this.dimmed);
    paintSelected(context, this.selected, placed);
    this.rings.place(this, axes, this.pointed);
    for (const follow of this.overlays) follow(axes);
  }

  /**
   * The point that an event of the pointer means, or null.
   * @param {MouseEvent} event
   */
  at(event) {
    return this.pointAt(this.gestures.at(event));
  }

  /** @param {PointerEvent | null} event */
  point(event) {
    const point = event === null ? null : this.at(event);
    if (point === this.pointed) return;
    this.pointed = point;
    this.stage.classList.toggle("pointed", point !== null);
    this.rings.place(this, this.scales(), point);
    if (point === null || event === null) this.calls.onLeave();
    else this.calls.onHover(point, event);
  }

  /** @param {Pixel[] | null} shape that is being drawn */
  draft(shape) {
    this.shape.setAttribute("d", shape && shape.length > 1 ? `M${shape.join("L")}Z` : "");
  }

  /** @param {Ring[]} rings */
  ring(rings) {
    this.rings.show(rings);
    this.paint();
  }

  /** Forgets the points of a run. */
  clear() {
    this.moving = null;
    Object.assign(this, { shown: false, dimmed: null, selected: [], pointed: null });
    this.rings.show([]);
  }
}
