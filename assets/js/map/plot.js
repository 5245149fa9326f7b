// The drawing of the map: a canvas with the points, which is fitted to the stage, zoomed and panned; and above it rings, the
// shape that selects, and whatever else follows the points (`overlays`).

import { make, makeSvg, onResize, sharpContext } from "../core/elements.js";
import { nextFrame } from "../core/frames.js";
import { between, viewOf } from "./camera.js";
import { Gestures } from "./gestures.js";
import { Painter, paintSelected } from "./paint.js";
import { PlacedPoints } from "./placed_points.js";
import { Rings } from "./rings.js";
import { FRONT, inSpace, mixed, turned, turnedBy, turnedPoint } from "./space.js";

const TURN = 3.2; // radians for a drag over the whole stage
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @import { Axes, Places, PointClass, Ring } from "../core/types.d.ts" */
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
    this.shape = makeSvg("path");
    const drawing = makeSvg("svg", { class: "map-shape" }, this.shape);
    stage.append(this.canvas, this.surface, this.rings.box, drawing);
    /** @type {number[]} */
    this.selected = [];
    /** @type {Places} as the layout says; `x` and `y` are what is seen of them */
    this.places = { x: this.x, y: this.y };
    this.turn = FRONT; // of a map in space
    /** @type {Float32Array | null} how near each point is, of a map in space */
    this.depth = null;
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
        if (this.at(event) === null) this.reset();
      },
      pan: (dx, dy) => (this.depth ? this.turnBy(dx, dy) : this.look(() => this.camera.pan(dx, dy))),
      zoom: (factor, [x, y]) => this.look(() => this.camera.zoomBy(factor, x, y)),
      draw: (shape) => this.draft(shape),
      drawn: (shape, adds) => calls.onSelect(this.inside(shape), adds),
    });
    onResize(stage, () => this.paint());
  }

  /**
   * Paints the points at once; of another run than before unzoomed.
   * @param {Places} places
   * @param {PointClass[]} classes which of the points look alike
   */
  draw(places, classes) {
    this.moving = null;
    Object.assign(this, { classes, shown: true, turn: FRONT });
    if (this.zoomOf !== this.zoomKey) this.camera.reset();
    this.zoomOf = this.zoomKey;
    this.see(places);
    Object.assign(this.camera, viewOf(places));
    const { length } = places.x;
    this.size = length > 8000 ? 4 : length > 2500 ? 5.5 : length > 800 ? 7 : 9;
    this.paint();
  }

  /** What is seen of places: of a map in space as it is turned. @param {Places} places */
  see(places) {
    this.places = places;
    const { x, y, z = null } = places.z ? turned(this.turn, inSpace(places)) : places;
    Object.assign(this, { x, y, depth: z });
  }

  /**
   * Where a point of another layout would be seen.
   * @param {Places} places
   * @param {number} point
   */
  placeIn(places, point) {
    return places.z && this.depth
      ? turnedPoint(this.turn, inSpace(places), point)
      : { x: places.x[point], y: places.y[point] };
  }

  /**
   * Turns a map in space as if it were dragged so many pixels.
   * @param {number} dx
   * @param {number} dy
   */
  turnBy(dx, dy) {
    if (!this.depth) return;
    const perPixel = TURN / Math.max(1, Math.min(this.camera.width, this.camera.height));
    this.turn = turnedBy(this.turn, dx * perPixel, -dy * perPixel);
    this.look(() => this.see(this.places));
  }

  /** All points, from the front. */
  reset() {
    this.turn = FRONT;
    this.look(() => {
      this.camera.reset();
      this.see(this.places);
    });
  }

  /**
   * Looks at the points in another way; gives what the change gives.
   * @template Given
   * @param {() => Given} change of the camera
   */
  look(change) {
    const given = change();
    this.stage.classList.toggle("zoomed", this.camera.zoomed);
    this.repaint();
    return given;
  }

  /** Paints with the next picture of the screen: once, for all that changed until then. */
  repaint() {
    this.following ??= requestAnimationFrame(() => {
      this.following = null;
      this.paint();
    });
  }

  /**
   * Carries every point to a new layout, and the axes to what fits it; resolves when it is there. Another call takes over
   * from where they are. From a plane into space they unfold, and back they are laid flat as they are seen.
   * @param {Places} places
   */
  moveTo(places, milliseconds = 700) {
    const solid = Boolean(places.z);
    if (!solid && this.depth) {
      this.places = { x: this.x, y: this.y, z: Float32Array.from(this.depth) };
      this.turn = FRONT;
    }
    const bulky = solid || Boolean(this.places.z);
    const [from, to] = bulky ? [inSpace(this.places), inSpace(places)] : [this.places, places];
    const { fit, stretch } = this.camera;
    const view = viewOf(places);
    const begun = performance.now();
    if (still.matches || this.stage.offsetParent === null) milliseconds = 0;
    const moving = {};
    this.moving = moving;
    return new Promise((resolve) => {
      const step = () => {
        if (this.moving !== moving) return resolve(false);
        const share = milliseconds ? Math.min(1, (performance.now() - begun) / milliseconds) : 1;
        const eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
        this.see(share < 1 ? mixed(from, to, eased) : places);
        this.camera.fit = share < 1 ? between(fit, view.fit, eased) : view.fit;
        this.camera.stretch = stretch + eased * (view.stretch - stretch);
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
    const placed = { x: this.x, y: this.y, depth: this.depth, size: this.size, ...axes };
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
    this.repaint();
  }

  /** Forgets the points of a run, also the one under the pointer. */
  clear() {
    this.point(null);
    this.moving = null;
    Object.assign(this, { shown: false, dimmed: null, selected: [] });
    this.rings.show([]);
  }
}
