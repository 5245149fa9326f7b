// What a pointer does on the map: it points, presses, pans, zooms (wheel, two fingers) or draws a shape that selects.

const DRAG_PIXELS = 4; // a press that moves farther is no click
const WHEEL = { pixels: 0.0016, lines: 0.05, pinch: 0.01 }; // how fast zooming goes, by what the wheel tells

/** @typedef {"pan" | "box" | "lasso"} Tool */
/** @typedef {[x: number, y: number]} Pixel of the stage */
/**
 * @typedef {object} Calls
 * @property {(event: PointerEvent | null) => void} point  the pointer rests or moves here; null where it is gone or busy
 * @property {(event: MouseEvent) => void} click
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, at: Pixel) => unknown} zoom  false where it is as far or as near as it goes
 * @property {(event: MouseEvent) => void} twice  two clicks in a row
 * @property {(shape: Pixel[] | null) => void} draw  the shape that is being drawn; null for none
 * @property {(shape: Pixel[], adds: boolean) => void} drawn
 * @typedef {{kind: "pan" | "pinch" | "draw", from: Pixel, last: Pixel, far: number, shape: Pixel[], adds: boolean,
 *   tool: Tool, moved: boolean}} Gesture
 */

export class Gestures {
  /**
   * @param {HTMLElement} surface
   * @param {Calls} calls
   */
  constructor(surface, calls) {
    this.surface = surface;
    this.calls = calls;
    /** @type {Tool} */
    this.tool = "pan";
    /** @type {Map<number, Pixel>} */
    this.fingers = new Map(); // or the mouse, by the number of the pointer
    /** @type {Gesture | null} */
    this.gesture = null;
    this.dragged = false; // the click that follows belongs to a drag
    /** @type {Pixel | null} where the pointer was when its wheel last scrolled the page */
    this.scrolled = null;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ call, passive = true) =>
      surface.addEventListener(type, call, { passive });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event, true));
    on("pointerleave", () => calls.point(null));
    on("click", (event) => this.click(event));
    on("dblclick", calls.twice);
    on("wheel", (event) => this.wheel(event), false);
    window.addEventListener("wheel", (event) => this.passed(event), { passive: true });
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pixel}
   */
  at(event) {
    const box = this.surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return;
    if (event.isPrimary) {
      this.fingers.clear(); // of which the end was not heard
      this.dragged = false;
    }
    const at = this.at(event);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 2) return;
    if (this.fingers.size === 2) return this.pinch();
    const draws = this.tool !== "pan" || event.shiftKey;
    /** @type {Tool} */
    const tool = this.tool === "box" ? "box" : "lasso";
    this.gesture = {
      ...BEGUN,
      kind: draws ? "draw" : "pan",
      from: at,
      last: at,
      shape: [at],
      tool,
      adds: event.shiftKey,
    };
  }

  pinch() {
    this.calls.draw(null);
    const [a, b] = [...this.fingers.values()];
    this.gesture = { ...BEGUN, kind: "pinch", last: centre(a, b), far: distance(a, b), moved: true };
    this.dragged = true;
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { gesture } = this;
    if (!gesture || !this.fingers.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.calls.point(event.buttons ? null : event);
      return;
    }
    const at = this.at(event);
    this.fingers.set(event.pointerId, at);
    if (gesture.kind === "pinch") return this.pinched(gesture);
    if (!gesture.moved && distance(at, gesture.from) < DRAG_PIXELS) return;
    if (!gesture.moved) {
      gesture.moved = true;
      this.dragged = true;
      this.surface.setPointerCapture(event.pointerId);
      this.calls.point(null);
    }
    if (gesture.kind === "pan") this.calls.pan(at[0] - gesture.last[0], at[1] - gesture.last[1]);
    else this.calls.draw(this.grown(gesture, at));
    gesture.last = at;
  }

  /** @param {Gesture} gesture */
  pinched(gesture) {
    const [a, b] = [...this.fingers.values()];
    const [at, far] = [centre(a, b), distance(a, b)];
    this.calls.pan(at[0] - gesture.last[0], at[1] - gesture.last[1]);
    if (gesture.far > 0 && far > 0) this.calls.zoom(far / gesture.far, at);
    Object.assign(gesture, { last: at, far });
  }

  /**
   * The shape with one more place of the pointer.
   * @param {Gesture} gesture
   * @param {Pixel} at
   */
  grown(gesture, at) {
    const [[x, y], [u, v]] = [gesture.from, at];
    if (gesture.tool === "box")
      gesture.shape = [[x, y], [u, y], [u, v], [x, v]]; // biome-ignore format: a rectangle
    else gesture.shape.push(at);
    return gesture.shape;
  }

  /** @param {PointerEvent} event */
  up(event, cancelled = false) {
    const { gesture } = this;
    if (!this.fingers.delete(event.pointerId) || !gesture) return;
    this.gesture = null; // of two fingers the one that stays does nothing more
    if (gesture.kind !== "draw") return;
    this.calls.draw(null);
    if (gesture.moved && !cancelled) this.calls.drawn(gesture.shape, gesture.adds);
  }

  /** Gives up the shape that is being drawn; whether there was one. */
  giveUp() {
    const drawing = this.gesture?.kind === "draw" && this.gesture.moved;
    if (drawing) this.gesture = null;
    this.calls.draw(null);
    return drawing;
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (this.dragged) this.dragged = false;
    else this.calls.click(event);
  }

  /**
   * Zooms. But the wheel that brought the map under a resting pointer goes on scrolling the page, as does one that can zoom
   * no further.
   * @param {WheelEvent} event
   */
  wheel(event) {
    const here = /** @type {Pixel} */ ([event.clientX, event.clientY]);
    const rests = this.scrolled && distance(this.scrolled, here) < DRAG_PIXELS;
    if (rests && !event.ctrlKey) return;
    const speed = event.ctrlKey ? WHEEL.pinch : event.deltaMode ? WHEEL.lines : WHEEL.pixels;
    const zoomed = this.calls.zoom(Math.exp(-speed * event.deltaY), this.at(event));
    if (zoomed !== false || event.ctrlKey) event.preventDefault();
  }

  /** A wheel anywhere on the page, once the map has taken it or not. @param {WheelEvent} event */
  passed(event) {
    this.scrolled = event.defaultPrevented ? null : [event.clientX, event.clientY];
  }
}

/** @type {Gesture} */
const BEGUN = { kind: "pan", from: [0, 0], last: [0, 0], far: 0, shape: [], adds: false, tool: "lasso", moved: false };

/** @type {(a: Pixel, b: Pixel) => number} */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
/** @type {(a: Pixel, b: Pixel) => Pixel} */
const centre = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/**
 * Whether a place lies within a closed shape, by how often a ray from it crosses the edge.
 * @param {Pixel[]} shape
 * @param {number} x
 * @param {number} y
 */
export function encloses(shape, x, y) {
  let inside = false;
  for (let i = 0, j = shape.length - 1; i < shape.length; j = i++) {
    const [[ax, ay], [bx, by]] = [shape[i], shape[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
