// Points where they lie on the stage: which one is meant by a pixel, which lie in a shape or in view, which comes next.

import { unlabelled } from "../core/palette.js";
import { Camera } from "./camera.js";
import { encloses } from "./gestures.js";

const NEAR_PIXELS = 12; // how close to a point means the point

/** @import { PointClass } from "../core/types.d.ts" */
/** @import { Pixel } from "./gestures.js" */

export class PlacedPoints {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    this.camera = new Camera();
    this.shown = false; // whether there is anything to paint
    this.x = new Float32Array(); // what is shown, also in the middle of a movement
    this.y = new Float32Array();
    /** @type {PointClass[]} */
    this.classes = [];
    /** @type {{classes: PointClass[], of: Map<number, PointClass>}} which class each point is of, as long as these are the classes */
    this.looked = { classes: this.classes, of: new Map() };
    /** @type {Uint8Array | null} 1 for each point that is filtered out; null for none */
    this.dimmed = null;
  }

  /** What turns places into pixels of the stage. */
  scales() {
    this.camera.width = this.stage.clientWidth || 1;
    this.camera.height = this.stage.clientHeight || 1;
    return this.camera.axes();
  }

  /** Every point that is not filtered out. */
  *kept() {
    for (const { ids, faded } of this.classes) {
      if (faded) continue;
      for (const id of ids) if (!this.dimmed?.[id]) yield id;
    }
  }

  /**
   * The point that a pixel of the stage means, or null.
   * @param {Pixel} pixel
   */
  pointAt([x, y]) {
    if (!this.shown) return null;
    const { across, down } = this.scales();
    /** @type {number | null} */
    let best = null;
    let least = NEAR_PIXELS ** 2;
    for (const id of this.kept()) {
      const far = (across(this.x[id]) - x) ** 2 + (down(this.y[id]) - y) ** 2;
      if (far <= least) [best, least] = [id, far];
    }
    return best;
  }

  /**
   * The points within a shape that are not filtered out.
   * @param {Pixel[]} shape
   */
  inside(shape) {
    const { across, down } = this.scales();
    const found = [...this.kept()].filter((id) => encloses(shape, across(this.x[id]), down(this.y[id])));
    return found.sort((a, b) => a - b);
  }

  /**
   * The class that a point is of, looked up: each picture of a movement asks for it.
   * @param {number} point
   */
  classOf(point) {
    if (this.looked.classes !== this.classes) {
      this.looked = { classes: this.classes, of: new Map() };
      for (const one of this.classes) for (const id of one.ids) this.looked.of.set(id, one);
    }
    return this.looked.of.get(point);
  }

  /**
   * The colours of some points.
   * @param {number[]} points
   */
  looksOf(points) {
    return points.map((point) => this.classOf(point)?.colour ?? unlabelled());
  }

  /** What says whether a point is in view and not filtered out by numbers or words. */
  inView() {
    const { across, down } = this.scales();
    const { width, height } = this.camera;
    return (/** @type {number} */ id) => {
      const [x, y] = [across(this.x[id]), down(this.y[id])];
      return x >= 0 && y >= 0 && x <= width && y <= height && !this.dimmed?.[id];
    };
  }

  /** How many points of each class are in view and not filtered out by numbers or words. */
  countInView() {
    const inView = this.inView();
    return this.classes.map(({ ids }) => ids.reduce((sum, id) => sum + Number(inView(id)), 0));
  }

  /** Whether any point is in view, of those that are shown at all. */
  anyInView() {
    const inView = this.inView();
    return this.classes.some(({ ids, faded }) => !faded && ids.some(inView));
  }

  /**
   * The nearest point in a direction (dx, dy) of the stage, for the arrow keys; null where there is none.
   * @param {number} from
   * @param {number} dx
   * @param {number} dy
   */
  nextTowards(from, dx, dy) {
    const { across, down } = this.scales();
    /** @type {number | null} */
    let best = null;
    let least = Infinity;
    for (const id of this.kept()) {
      const [x, y] = [across(this.x[id]) - across(this.x[from]), down(this.y[from]) - down(this.y[id])];
      const [along, aside] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
      if (id === from || along <= 1e-6 || aside > along) continue;
      const cost = along + 2 * aside;
      if (cost < least) [best, least] = [id, cost];
    }
    return best;
  }
}
