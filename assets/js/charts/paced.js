// Drawing that takes a small share of the time: a browser that draws slowly draws less often, and leaves the cores to the training.

const SHARE = 0.05;

/**
 * How many milliseconds the browser takes to lay out and paint what was drawn: a large part of the cost.
 * @returns {Promise<number>}
 */
const painted = () =>
  new Promise((settle) => requestAnimationFrame((begun) => setTimeout(() => settle(performance.now() - begun))));

export class Paced {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.rested = 0; // when it may be drawn again
    this.drawing = false;
    this.wanted = false; // while it was being drawn
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined; // the drawing that waits
  }

  /**
   * Has it drawn, now or when the last drawing has been paid for.
   * @returns {Promise<void>}
   */
  async ask() {
    clearTimeout(this.later);
    this.wanted = this.drawing;
    if (this.drawing) return;
    const now = performance.now();
    if (now < this.rested) {
      this.later = setTimeout(() => this.ask(), this.rested - now);
      return;
    }
    this.drawing = true;
    this.draw();
    const cost = performance.now() - now + (await painted());
    this.rested = performance.now() + cost / SHARE;
    this.drawing = false;
    if (this.wanted) return this.ask();
  }
}
