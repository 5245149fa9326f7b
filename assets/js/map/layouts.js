// The layouts of a run's points at its steps, each asked for once.

import { source } from "../core/source.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { Places } from "../core/types.d.ts" */
/** @typedef {Places & {step: number, kind: "umap" | "pca"}} Layout */

export class Layouts {
  /**
   * @param {Feed} feed of the run
   * @param {2 | 3} axes
   */
  constructor(feed, axes) {
    this.feed = feed;
    this.axes = axes;
    /** @type {number | undefined} */
    this.version = undefined;
    /** @type {Map<number, Promise<Layout>>} */
    this.asked = new Map();
  }

  /** Which there are, on a plane or in space. */
  get made() {
    return this.axes === 3 ? this.feed.solid : this.feed.layouts;
  }

  /**
   * @param {number} step
   * @returns {Promise<Layout>}
   */
  at(step) {
    const { made } = this;
    if (this.version !== made?.version) this.asked.clear(); // a place may have been made anew
    this.version = made?.version;
    const known = this.asked.get(step);
    if (known) return known;
    const kind = made?.kinds[step] ?? "pca";
    const asking = source.layout(this.feed.name, step, this.axes).then((places) => ({ step, kind, ...places }));
    this.asked.set(step, asking);
    asking.catch(() => this.asked.delete(step));
    return asking;
  }
}

/** @type {(a: Layout, b: Layout | null) => boolean} */
export const sameLayout = (a, b) =>
  b !== null &&
  a.step === b.step &&
  a.kind === b.kind &&
  !a.z === !b.z &&
  a.x.every((v, i) => v === b.x[i]) &&
  a.y.every((v, i) => v === b.y[i]);
