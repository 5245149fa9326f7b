// The drawing of the map: Plotly's axes, which zoom and pan, without any trace of Plotly's; a canvas with the points; and
// rings (HTML elements) around the chosen point, its neighbours and marked places. Plotly's own points need WebGL, which
// takes a second or two to begin where there is no GPU, and drawing them anew costs more than a whole movement here.

import { contextOf, make, onResize, sharpContext, targetOf } from "../core/elements.js";
import { nextFrame } from "../core/frames.js";
import { axis, fontFamily, plotly, scalesOf } from "../core/plot.js";
import { colour } from "../core/theme.js";
import { paintPoints } from "./paint.js";

const REACH = { least: 1.08, most: 1.7 }; // layouts have unit radius or so, but for a few far points
const NEAR_PIXELS = 12; // how close to a point means the point
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @import { Axes, PointClass, Ring } from "../core/types.d.ts" */
/** @typedef {(point: number, event: MouseEvent) => void} AtPoint */

export class MapPlot {
  /**
   * @param {HTMLElement} stage
   * @param {{onHover: AtPoint, onLeave: () => void, onClick: AtPoint}} calls
   */
  constructor(stage, { onHover, onLeave, onClick }) {
    this.stage = stage;
    this.plot = make("div.map-plot");
    this.canvas = make("canvas.map-points", { "aria-hidden": "true" });
    // Drawn by the processor: thousands of small shapes are slow on an emulated GPU and no trouble without one.
    this.canvas.getContext("2d", { willReadFrequently: true });
    this.rings = make("div.map-rings", { "aria-hidden": "true" });
    stage.append(this.canvas, this.plot, this.rings);
    this.calls = { onHover, onLeave, onClick };
    /** @type {(Ring & {element: HTMLElement})[]} */
    this.ringed = [];
    /** @type {PointClass[]} */
    this.classes = [];
    this.shown = false; // whether there is anything to paint
    this.x = new Float32Array(); // what is shown, also in the middle of a movement
    this.y = new Float32Array();
    this.size = 9;
    this.reach = 0;
    /** @type {string | null | undefined} whose zoom is kept */
    this.zoomKey = undefined;
    /** @type {string | null | undefined} of which the reach was taken */
    this.reachKey = undefined;
    /** @type {number | null} */
    this.pointed = null; // the point under the pointer
    /** @type {PointerEvent | null} */
    this.pressed = null;
    /** @type {object | null} the movement that goes on */
    this.moving = null;
    /** @type {number | null} */
    this.following = null;
    /** @type {any} the library, once it has drawn */
    this.Plotly = null;
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", (event) => this.point(event));
    const press = (/** @type {PointerEvent} */ event) => {
      this.pressed = event;
    };
    this.plot.addEventListener("pointerdown", press, true);
    this.plot.addEventListener("click", (event) => this.click(event));
    onResize(stage, () => this.resize());
  }

  /**
   * Paints the points at once. Resolves when the map can be zoomed too, and is rejected where plotly.js, which does that,
   * cannot be loaded.
   * @param {Float32Array<ArrayBuffer>} x
   * @param {Float32Array<ArrayBuffer>} y
   * @param {PointClass[]} classes which of the points look alike
   */
  draw(x, y, classes) {
    this.moving = null;
    Object.assign(this, { x, y, classes, shown: true });
    if (!this.reach || this.reachKey !== this.zoomKey) this.reach = reachOf(x, y); // once for each run: nothing jumps afterwards
    this.reachKey = this.zoomKey;
    this.size = x.length > 8000 ? 4 : x.length > 2500 ? 5.5 : x.length > 800 ? 7 : 9;
    this.paint();
    return this.drawAxes();
  }

  async drawAxes() {
    const Plotly = await plotly();
    const keep = {
      name: "keep",
      title: "Download the map as a picture",
      icon: Plotly.Icons.camera,
      click: () => this.download(),
    };
    await Plotly.react(this.plot, [], this.layout(), {
      displaylogo: false,
      scrollZoom: true,
      responsive: false,
      doubleClick: "reset",
      modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d", keep]],
    });
    if (!this.Plotly) this.listen(this.plot);
    this.Plotly = Plotly;
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

  layout() {
    const bare = axis({ visible: false, range: [-this.reach, this.reach], automargin: false, title: undefined });
    return {
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      uirevision: this.zoomKey ?? "kept",
      xaxis: { ...bare },
      yaxis: { ...bare, scaleanchor: "x", scaleratio: 1 },
      dragmode: "pan",
      hovermode: false,
      font: { family: fontFamily() },
      autosize: true,
      modebar: {
        bgcolor: "rgba(0,0,0,0)",
        color: colour("faint-text"),
        activecolor: colour("accent"),
        orientation: "h",
      },
    };
  }

  /**
   * Follows the axes while they are zoomed and panned.
   * @param {any} plot has Plotly's own events
   */
  listen(plot) {
    const follow = () => {
      this.following ??= requestAnimationFrame(() => {
        this.following = null;
        this.paint();
      });
    };
    plot.on("plotly_relayouting", follow);
    plot.on("plotly_relayout", follow);
    plot.addEventListener("wheel", follow, { passive: true });
  }

  /**
   * Carries every point to a new layout; resolves when it is there. Another call takes over from where they are.
   * @param {Float32Array} x
   * @param {Float32Array} y
   */
  moveTo(x, y, milliseconds = 700) {
    const from = { x: this.x, y: this.y };
    const now = { x: Float32Array.from(from.x), y: Float32Array.from(from.y) };
    const begun = performance.now();
    if (still.matches || this.plot.offsetParent === null) milliseconds = 0;
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
        this.paint();
        if (share < 1) return nextFrame(step);
        this.moving = null;
        resolve(true);
      };
      step();
    });
  }

  /** Draws all points where they are now, and what goes with them. */
  paint() {
    const context = sharpContext(this.canvas);
    if (!context || !this.shown) return;
    paintPoints(context, this.classes, { x: this.x, y: this.y, size: this.size, ...this.scales() });
    this.placeRings();
  }

  /**
   * What turns places into pixels of the stage: Plotly's axes, or the same unzoomed where there are none (yet).
   * @returns {Axes}
   */
  scales() {
    if ("_fullLayout" in this.plot) return scalesOf(this.plot);
    const { clientWidth: width, clientHeight: height } = this.stage;
    const unit = Math.min(width, height) / (2 * this.reach);
    return { across: (x) => width / 2 + x * unit, down: (y) => height / 2 - y * unit };
  }

  /**
   * Fades all classes but those in `shown`.
   * @param {(index: number) => boolean} shown
   */
  fade(shown) {
    for (const [i, one] of this.classes.entries()) one.faded = !shown(i);
    this.paint();
  }

  /**
   * The point that an event of the pointer means, or null.
   * @param {MouseEvent} event
   */
  at(event) {
    const target = targetOf(event);
    if (!this.shown || !this.plot.contains(target) || target.closest(".modebar")) return null;
    const box = this.stage.getBoundingClientRect();
    const { across, down } = this.scales();
    /** @type {number | null} */
    let best = null;
    let least = NEAR_PIXELS ** 2;
    for (const { ids, faded } of this.classes) {
      if (faded) continue;
      for (const id of ids) {
        const far =
          (across(this.x[id]) - event.clientX + box.left) ** 2 + (down(this.y[id]) - event.clientY + box.top) ** 2;
        if (far <= least) [best, least] = [id, far];
      }
    }
    return best;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const point = event.type === "pointerleave" || event.buttons ? null : this.at(event);
    if (point === this.pointed) return;
    this.pointed = point;
    this.stage.classList.toggle("pointed", point !== null);
    if (point === null) this.calls.onLeave();
    else this.calls.onHover(point, event);
  }

  /**
   * Plotly sends a click where the map wasn't dragged; of a finger's it doesn't say where.
   * @param {MouseEvent} event
   */
  click(event) {
    const point = this.at(this.pressed ?? event);
    if (point !== null) this.calls.onClick(point, event);
  }

  /** Saves what the canvas shows, on the ground that it lies on. */
  download() {
    const picture = make("canvas", { width: this.canvas.width, height: this.canvas.height });
    const context = contextOf(picture);
    context.fillStyle = getComputedStyle(this.stage).backgroundColor;
    context.fillRect(0, 0, picture.width, picture.height);
    context.drawImage(this.canvas, 0, 0);
    make("a", { href: picture.toDataURL("image/png"), download: `${this.zoomKey ?? "map"}.png` }).click();
  }

  /** @param {Ring[]} rings */
  ring(rings) {
    this.rings.replaceChildren();
    this.ringed = rings.map((ring) => {
      const element = make(`div.ring.${ring.kind}`, {}, ring.text ? make("span", {}, ring.text) : null);
      this.rings.append(element);
      return { ...ring, element };
    });
    this.placeRings();
  }

  placeRings() {
    if (!this.shown || !this.ringed.length) return;
    const { across, down } = this.scales();
    for (const ring of this.ringed) {
      const at = this.placeOf(ring);
      ring.element.hidden = !at;
      if (at) ring.element.style.transform = `translate(${across(at.x)}px, ${down(at.y)}px)`;
    }
  }

  /**
   * Where a ring lies in the units of the layout; null where that is nowhere.
   * @param {Ring} ring
   */
  placeOf({ point, points, weights, x, y }) {
    if (point !== undefined) return point in this.x ? { x: this.x[point], y: this.y[point] } : null;
    if (!points?.length) return x !== undefined && y !== undefined ? { x, y } : null;
    const total = weights ? weights.reduce((a, b) => a + b, 0) || 1 : points.length;
    /** @param {Float32Array} values */
    const mean = (values) => points.reduce((sum, id, i) => sum + values[id] * (weights ? weights[i] : 1), 0) / total;
    const place = { x: mean(this.x), y: mean(this.y) };
    return Number.isFinite(place.x) ? place : null;
  }

  /**
   * The nearest point in a direction (dx, dy), for the arrow keys; null where there is none.
   * @param {number} from
   * @param {number} dx
   * @param {number} dy
   */
  nextTowards(from, dx, dy) {
    /** @type {number | null} */
    let best = null;
    let least = Infinity;
    for (const { ids, faded } of this.classes) {
      if (faded) continue;
      for (const id of ids) {
        const x = this.x[id] - this.x[from],
          y = this.y[id] - this.y[from];
        const along = x * dx + y * dy,
          aside = Math.abs(x * dy - y * dx);
        if (id === from || along <= 1e-6 || aside > along) continue;
        const cost = along + 2 * aside;
        if (cost < least) [best, least] = [id, cost];
      }
    }
    return best;
  }

  resize() {
    if (!this.shown) return;
    if (!this.Plotly) return this.paint();
    Promise.resolve(this.Plotly.Plots.resize(this.plot)).then(() => this.paint());
  }
}

/**
 * How far the axes must reach to show every point of a layout, within bounds.
 * @param {Float32Array} x
 * @param {Float32Array} y
 */
function reachOf(x, y) {
  let far = 0;
  for (let i = 0; i < x.length; i++) far = Math.max(far, Math.abs(x[i]), Math.abs(y[i]));
  return Math.min(REACH.most, Math.max(REACH.least, far * 1.06));
}
