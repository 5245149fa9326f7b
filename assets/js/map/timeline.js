// The run's snapshots in time: a slider, a button that plays them, and a switch that follows the newest. Which of them is
// looked at all timelines of the page share.

import { make, onShown, replaceIcon } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";

const PACE_MS = 1000;
const BEST = "The best snapshot so far, told without labels by how many directions its projections use";

export class Timeline {
  /**
   * @param {(step: number) => unknown} onStep called when another snapshot is to be shown
   * @param {HTMLElement} [shownWith] the part whose being seen counts where the timeline itself is shown elsewhere
   */
  constructor(onStep, shownWith) {
    this.onStep = onStep;
    this.shownWith = shownWith;
    /** @type {number[]} */
    this.steps = [];
    this.playing = false;
    this.play = make("button.round", { type: "button", onclick: () => (this.playing ? this.pause() : this.start()) });
    this.slider = make("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Snapshot" });
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    this.best = make("button.timeline-best", { type: "button", hidden: true, title: BEST }, "★");
    this.best.addEventListener("click", () => this.choose(Number(this.best.dataset.index)));
    this.words = make("output.timeline-words");
    this.awaited = make("p.timeline-awaited", { role: "status", hidden: true });
    this.follow = make("input", { type: "checkbox", role: "switch" });
    this.follow.addEventListener("change", () => {
      this.pause();
      view.set(this.follow.checked ? { follow: true } : { follow: false, step: this.step ?? null });
    });
    this.box = make(
      "div.timeline",
      {},
      this.play,
      make("span.timeline-track", {}, this.slider, this.best),
      this.words,
      make("label.switch", {}, this.follow, make("span", {}, "Follow live")),
      this.awaited,
    );
    this.pause();
    view.on(["step", "follow"], () => this.look());
    view.on(["runs"], () => this.followRun());
    this.followRun();
    onShown(shownWith ?? this.box, () => this.look());
  }

  /** Marks the best snapshot of the run that is looked at, as its verdict tells it. */
  followRun() {
    if (this.playing) this.pause(); // it was the other run's
    this.stop?.();
    const feed = view.run ? feedOf(view.run) : null;
    this.stop = feed?.follow("status", this.shownWith ?? this.box, () => {
      this.bestStep = feed.status?.verdict?.best_step ?? null;
      this.markBest();
    });
    this.bestStep = feed?.status?.verdict?.best_step ?? null;
    this.markBest();
  }

  /** Puts the mark over the slider; one that is the newest says nothing, nor does one that isn't kept. */
  markBest() {
    const index = this.steps.findIndex((step) => step === this.bestStep);
    this.best.hidden = index < 0 || index === this.steps.length - 1;
    this.best.dataset.index = String(index);
    this.best.style.setProperty("--at", String(index / Math.max(1, this.steps.length - 1)));
    this.best.setAttribute("aria-label", `${BEST}: step ${this.bestStep}`);
  }

  get step() {
    return this.steps[Number(this.slider.value)];
  }

  /**
   * @param {number[]} steps those there are now
   * @param {number} [ahead] how many more snapshots there are, whose maps are still to come
   */
  offer(steps, ahead = 0) {
    this.steps = steps;
    this.awaited.textContent = awaitedWords(ahead);
    this.awaited.hidden = !this.awaited.textContent;
    this.box.hidden = steps.length === 0;
    this.slider.max = String(Math.max(0, steps.length - 1));
    this.markBest();
    this.place();
    this.tell();
  }

  /** Puts the slider where the page looks: at the newest step, or the last one that is no later than the one it names. */
  place() {
    const { step, follow } = view.state;
    const after = this.steps.findIndex((other) => step !== null && other > step);
    this.slider.value = String(after < 0 ? this.steps.length - 1 : Math.max(0, after - 1));
    this.follow.checked = follow;
    this.describe();
  }

  /** The page looks at another step; a timeline that nobody sees waits until it is seen. */
  look() {
    if (!isSeen(this.shownWith ?? this.box)) return;
    this.place();
    if (this.step !== this.told) this.tell();
  }

  tell() {
    this.told = this.step;
    if (this.step !== undefined) this.onStep(this.step);
  }

  /** @param {number} index */
  choose(index) {
    this.pause();
    const newest = index === this.steps.length - 1;
    view.set(newest && view.state.follow ? { step: null } : { step: this.steps[index] });
  }

  start() {
    this.playing = true;
    this.dress();
    const last = this.steps.length - 1;
    const from = Number(this.slider.value);
    view.set({ step: this.steps[from === last ? 0 : from] });
    this.timer = setInterval(() => {
      const next = Number(this.slider.value) + 1;
      if (next < this.steps.length) view.set({ step: this.steps[next] });
      if (next >= this.steps.length - 1) this.pause();
    }, PACE_MS);
  }

  pause() {
    clearInterval(this.timer);
    this.playing = false;
    this.dress();
  }

  dress() {
    replaceIcon(this.play, this.playing ? "pause" : "play");
    const words = this.playing ? "Stop playing the snapshots" : "Play the snapshots from the first to the last";
    this.play.setAttribute("aria-label", words);
    this.play.title = words;
  }

  describe() {
    const index = Number(this.slider.value);
    this.words.textContent = this.steps.length
      ? `step ${this.steps[index].toLocaleString("en")} · ${index + 1} of ${this.steps.length}`
      : "";
    this.slider.setAttribute("aria-valuetext", this.words.textContent);
  }
}

/**
 * What is said of maps that are still to come. One alone is drawn in a moment, and a training awaits it at every snapshot.
 * @param {number} ahead how many
 */
export const awaitedWords = (ahead) => (ahead > 1 ? `The maps of ${ahead} more snapshots are being drawn.` : "");
