// The pictures of what a method's own loss sees, at the newest snapshot or any that is kept. Drawn only for a new
// snapshot and only within a screen of what is in view: the training beside it needs the processor more.

import { make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { isSeen } from "../core/pulse.js";
import { Recent } from "../core/recent.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { Timeline } from "../map/timeline.js";
import { Figures } from "./figures.js";
import { Turns } from "./turns.js";

const RETRY_MS = 2000; // where the server didn't answer: it may be starting anew
const KEPT = 24; // answers, so that going back and forth is quick
/** @import { Lens, LensFigure, LensHost, LensPart, PartWith, Refusal } from "../core/types.d.ts" */
/** @import { Change, Feed } from "../core/feed.js" */

/** @implements {LensHost} */
export class LensView {
  /**
   * @param {HTMLElement} root
   * @param {boolean} timeline whether it has a timeline of its own; without, it goes with the page's
   */
  constructor(root, timeline) {
    this.root = root;
    /** @type {string | null} */
    this.run = null;
    /** @type {number | undefined} */
    this.newest = undefined;
    /** @type {Lens | null} */
    this.lens = null;
    this.turns = new Turns((step) => source.lens(this.run ?? "", step));
    this.figures = new Figures(this);
    /** @type {Recent<Lens>} */
    this.answers = new Recent(KEPT); // by step
    this.asked = 0; // how often for the steps; an answer that another request has overtaken is not heeded
    this.inView = false;
    this.behind = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
    this.message = make("p.charts-message", { role: "status" });
    this.timeline = new Timeline((/** @type {number} */ step) => this.showStep(step), timeline ? undefined : root);
    root.append(this.message, this.figures.box, ...(timeline ? [this.timeline.box] : []));
    this.watcher = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        this.inView = isIntersecting;
        if (this.behind) this.catchUp();
      },
      { rootMargin: "100%" }, // drawn before somebody has scrolled to it
    );
    this.watcher.observe(root);
    view.on(["step"], ({ step }) => {
      if (step !== null && step > (this.timeline.steps.at(-1) ?? -1)) this.catchUp(); // a snapshot that isn't known yet
    });
    this.clear("");
  }

  /** @param {string | null} run */
  show(run) {
    if (run === this.run) return;
    this.stop?.();
    this.run = run;
    this.newest = undefined;
    this.clear("");
    if (run) this.stop = feedOf(run).follow("metrics", this.root, (feed, change) => this.news(feed, change));
    if (run) this.catchUp();
  }

  /** @param {string} text */
  clear(text) {
    this.answers = new Recent(KEPT);
    this.figures.clear();
    this.timeline.offer([]);
    this.say(text);
  }

  /** @param {string} text */
  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  /**
   * A snapshot leaves a row of measures.
   * @param {Feed} feed
   * @param {Change} change
   */
  news(feed, change) {
    const newest = feed.rows.findLast((row) => "measure/normalised_std" in row)?.step;
    if (feed.name !== this.run || (newest === this.newest && !change.void)) return;
    if (change.void) this.answers = new Recent(KEPT); // a resumed training takes its later snapshots anew
    this.newest = newest;
    this.catchUp();
  }

  async catchUp() {
    this.behind = !this.inView || !isSeen(this.root);
    const { run } = this;
    if (this.behind || !run) return;
    this.asked++;
    const { asked } = this;
    const steps = await source.lensSteps(run).catch((error) => this.failed(error, []));
    if (run !== this.run || asked !== this.asked) return;
    if (!steps.length && this.figures.isEmpty) this.say("The method's picture appears with the first snapshot.");
    this.timeline.offer(steps);
  }

  /**
   * What to go on with after a request that failed; where nobody answered, all is asked again a little later.
   * @template Instead
   * @param {Refusal} error
   * @param {Instead} instead
   */
  failed(error, instead) {
    const { run } = this;
    clearTimeout(this.retry);
    if (!error.status) {
      this.retry = setTimeout(() => {
        if (run === this.run) this.catchUp();
      }, RETRY_MS);
    }
    return instead;
  }

  /** @param {number} step */
  async showStep(step) {
    const { run } = this;
    if (!run) return;
    const lens = await this.answers
      .get(`${step}`, () => source.lens(run, step))
      .catch((error) => this.failed(error, null));
    if (!lens || run !== this.run || step !== this.timeline.step || lens === this.lens) return;
    this.lens = lens;
    this.say(lens.pictures.length ? "" : "This method has no picture of its own.");
    this.figures.draw(lens.pictures);
    this.root.dataset.step = String(step);
  }

  /**
   * "clip 5, seven": what the i-th of an axis is.
   * @param {string} words
   * @param {number} i
   */
  nameOf(words, i) {
    const clip = words === "clips" && this.lens?.clips[i];
    return `${singular(words)} ${i + 1}${clip ? `, ${clip.label}` : ""}`;
  }

  /**
   * @param {LensFigure} figure
   * @param {LensPart[]} parts
   * @param {number} asked when: the time of an event
   */
  hear(figure, parts, asked) {
    if (this.lens) this.turns.hear(figure, parts, this.lens, asked);
  }

  /** @param {number} index */
  getReady(index) {
    if (this.lens) this.turns.getReady(this.lens, index);
  }
}

/**
 * "steps ahead" → "step ahead"
 * @param {string} words
 */
const singular = (words) =>
  (words || "entries").replace(/^\S+/, (first) =>
    first
      .replace(/ies$/, "y")
      .replace(/(ss|sh|ch|x)es$/, "$1")
      .replace(/([^s])s$/, "$1"),
  );

/**
 * The component: shows the run that is looked at.
 * @param {HTMLElement} root
 * @param {PartWith<{timeline?: boolean}, null>} part
 */
export function mount(root, { props }) {
  const lens = new LensView(root, props.timeline !== false);
  view.on(["runs"], () => lens.show(view.run));
  lens.show(view.run);
}
