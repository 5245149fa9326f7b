// The run's snapshots in time: a slider, a button that plays them, and a switch that follows the newest.

import { make, replaceIcon } from "../core/elements.js";

const PACE_MS = 1000;

export class Timeline {
  /** `onStep(step)` is called when another snapshot is to be shown. */
  constructor(onStep) {
    this.onStep = onStep;
    this.steps = [];
    this.playing = false;
    this.play = make("button.round", { type: "button", onclick: () => (this.playing ? this.pause() : this.start()) });
    this.slider = make("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Snapshot" });
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    this.words = make("output.timeline-words");
    this.follow = make("input", { type: "checkbox", role: "switch" });
    this.follow.checked = true;
    this.follow.addEventListener("change", () => {
      this.pause();
      if (this.follow.checked) this.toNewest();
    });
    this.box = make(
      "div.timeline",
      {},
      this.play,
      this.slider,
      this.words,
      make("label.switch", {}, this.follow, make("span", {}, "Follow live")),
    );
    this.pause();
  }

  get step() {
    return this.steps[Number(this.slider.value)];
  }

  /** The steps there are now; shows the newest when following live. */
  offer(steps) {
    const before = this.step;
    this.steps = steps;
    this.box.hidden = steps.length === 0;
    this.slider.max = String(Math.max(0, steps.length - 1));
    const index = this.follow.checked && !this.playing ? steps.length - 1 : Math.max(0, steps.indexOf(before));
    this.slider.value = String(index);
    this.describe();
    if (this.step !== undefined) this.onStep(this.step);
  }

  choose(index) {
    this.pause();
    this.follow.checked = index === this.steps.length - 1 && this.follow.checked;
    this.describe();
    this.onStep(this.step);
  }

  toNewest() {
    this.slider.value = this.slider.max;
    this.describe();
    if (this.step !== undefined) this.onStep(this.step);
  }

  start() {
    this.playing = true;
    this.follow.checked = false;
    if (this.slider.value === this.slider.max) this.slider.value = "0";
    this.dress();
    this.describe();
    this.onStep(this.step);
    this.timer = setInterval(() => {
      this.slider.value = String(Number(this.slider.value) + 1);
      this.describe();
      this.onStep(this.step);
      if (this.slider.value === this.slider.max) this.pause();
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
