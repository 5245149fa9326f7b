// What was measured of a run beyond its curves, folded: the spectrum over time, similarities of pairs, the ladder of stages.
// Asked for only while it is open and in view, and again when a snapshot is new or another one is looked at.

import { make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { isSeen } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { Figures } from "./figures.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { LensHost, Measured, PartWith } from "../core/types.d.ts" */

/** @implements {LensHost} */
class MeasuredView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {string | null} */
    this.run = null;
    /** @type {number | undefined} */
    this.newest = undefined;
    /** @type {Measured | null} */
    this.measured = null;
    this.figures = new Figures(this);
    this.asked = ""; // what is shown or on its way
    this.inView = false;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
    this.message = make("p.charts-message", { role: "status" });
    this.note = make("p.measured-note");
    const title = make("summary", {}, "Spectrum, similarities and depth");
    this.fold = make(
      "details.measured-fold",
      { ontoggle: () => this.catchUp() },
      title,
      this.message,
      this.figures.box,
      this.note,
    );
    root.append(this.fold);
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.inView = isIntersecting;
      this.catchUp();
    }).observe(root);
  }

  /** @param {string | null} run */
  show(run) {
    if (run === this.run) return;
    this.stop?.();
    this.run = run;
    this.newest = undefined;
    this.asked = "";
    this.figures.clear();
    this.note.textContent = "";
    this.say("");
    this.fold.hidden = !run;
    if (!run) return;
    this.stop = feedOf(run).follow("metrics", this.root, (feed) => this.news(feed));
    this.catchUp();
  }

  /** A snapshot leaves a row of measures. @param {Feed} feed */
  news(feed) {
    const newest = feed.rows.findLast((row) => "measure/normalised_std" in row)?.step;
    if (feed.name !== this.run || newest === this.newest) return;
    this.newest = newest;
    this.catchUp();
  }

  async catchUp() {
    const { run } = this;
    if (!run || !this.fold.open || !this.inView || !isSeen(this.root)) return;
    const { step } = view.state;
    const asked = `${run} ${step} ${this.newest}`;
    if (asked === this.asked) return;
    this.asked = asked;
    try {
      const measured = await source.measured(run, step);
      if (asked === this.asked) this.draw(measured);
    } catch (error) {
      if (asked !== this.asked) return;
      this.asked = ""; // so that it is asked for again
      this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Measured} measured */
  draw(measured) {
    this.measured = measured;
    this.figures.draw(measured.pictures);
    this.say(this.figures.isEmpty ? "This run kept none of it." : "");
    this.note.textContent = measured.note;
    this.root.dataset.step = String(measured.step);
  }

  /** @param {string} text */
  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  /**
   * "step 40": what the i-th of an axis is.
   * @param {string} words
   * @param {number} i
   */
  nameOf(words, i) {
    return this.measured?.names[words]?.[i] ?? String(i + 1);
  }

  hear() {}

  getReady() {}
}

/**
 * The component: shows the run that is looked at.
 * @param {HTMLElement} root
 * @param {PartWith<object, null>} _
 */
export function mount(root, _) {
  const shown = new MeasuredView(root);
  view.on(["runs", "step"], () => {
    shown.show(view.run);
    shown.catchUp();
  });
  shown.show(view.run);
}
