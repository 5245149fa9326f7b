// What a newcomer is shown first: the finished example learns once more on its timeline, with three captions, and then
// waits with three ways on. Who was here before, or was sent to something, is not held up.

import { closing, make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { source } from "../core/source.js";
import { store } from "../core/storage.js";
import { view } from "../core/view.js";
import { drawer } from "../forms/drawer.js";
import { EXAMPLE } from "../runs/rows.js";
import { play } from "../sound/sound.js";

/** @import { PartWith } from "../core/types.d.ts" */

const KEY = "hearsight:greeted";
const PACE_MS = 1300; // a movement of the map takes about half of it
const CAPTIONS = [
  "Each point is a sound. Before training, the model puts only few alike sounds together.",
  "At each step the model hears two altered copies of a sound, and learns which belong together. No label is used.",
  "Sounds that are alike have moved together. The colours are labels, for you alone: the model never saw them.",
];
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

const greeted = () => {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
};

export class FirstMinute {
  /**
   * @param {HTMLElement} root
   * @param {boolean} trains  not where visitors may only look
   */
  constructor(root, trains) {
    this.root = root;
    this.trains = trains;
    this.words = make("p.first-words", { role: "status" });
    this.ways = make("div.first-ways", { hidden: true });
    this.stopped = false;
    this.leave = () => {};
    root.hidden = true;
    root.append(
      this.words,
      closing(() => this.close()),
      this.ways,
    );
  }

  /** Shows the example's snapshots, the captions spread over them. */
  async begin() {
    const steps = await this.steps();
    if (!steps.length || view.run !== EXAMPLE) return;
    store("localStorage", KEY, "1");
    const look = () => this.look(steps);
    this.leave = view.on(["runs", "step"], look);
    look();
    this.offer();
    this.choose();
    const ended = () => {
      this.stopped = true;
    };
    // Whatever the visitor does goes before it.
    for (const name of ["pointerdown", "keydown"])
      document.addEventListener(name, ended, { once: true, capture: true });
    for (const step of still.matches ? [] : steps) {
      if (this.stopped || view.run !== EXAMPLE) return; // the snapshot that is shown stays
      view.set({ step }, { replace: true });
      await new Promise((settle) => setTimeout(settle, PACE_MS));
    }
    if (!this.stopped && view.run === EXAMPLE) view.set({ follow: true }, { replace: true });
  }

  /** Opens the form, where sounds of a visitor's own are chosen, and says what is seen below it. @param {string} own their name */
  lead(own) {
    drawer.propose();
    this.say(`This is the example, which learned the built-in sounds. Start training above learns yours: ${own}.`);
    this.leave = view.on(["runs"], () => {
      this.root.hidden = view.run !== EXAMPLE;
    });
    this.root.hidden = false;
  }

  /** Says what is true of the snapshot that is looked at; of other runs than the example it knows nothing. @param {number[]} steps */
  look(steps) {
    this.root.hidden = view.run !== EXAMPLE;
    this.say(captionAt(view.state.step, steps));
  }

  /** The example's snapshots, once its map can be drawn. @returns {Promise<number[]>} */
  steps() {
    return new Promise((settle) => {
      const stop = feedOf(EXAMPLE).follow("layouts", /** @type {HTMLElement} */ (this.root.parentElement), (feed) => {
        const steps = feed.layouts?.steps ?? [];
        if (steps.length) queueMicrotask(() => stop());
        if (steps.length) settle(steps);
      });
    });
  }

  /** @param {string} words */
  say(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  offer() {
    const way = (/** @type {string} */ words, /** @type {() => unknown} */ act, look = "") =>
      make(`button.plain${look}`, { type: "button", onclick: act }, words);
    this.ways.replaceChildren(
      way("Hear a point", () => this.hear()),
      ...(this.trains ? [way("Train your own", () => this.train(), ".primary")] : []),
      ...(this.trains ? [way("Bring your sounds", () => this.bring())] : []),
    );
    this.ways.hidden = false;
  }

  /** A clip beside the map from the start, with its nearest: one of those in the middle of the list, in silence. */
  async choose() {
    const points = await source.points(EXAMPLE).catch(() => null);
    if (points && view.run === EXAMPLE && view.state.clip === null)
      view.set({ clip: points.clips[points.n >> 1] }, { replace: true });
  }

  /** A point somewhere, its sound and its neighbours; another one at each press. */
  async hear() {
    const points = await source.points(EXAMPLE).catch(() => null);
    if (!points) return;
    const point = Math.floor(Math.random() * points.n);
    if (points.sounds) play({ fingerprint: points.fingerprint, index: points.clips[point] });
    else this.say(points.note || "The sounds of the example are being made; they can be heard in a moment.");
    view.set({ clip: points.clips[point] });
  }

  /** Starts what the form holds: the built-in sounds, where nothing else was chosen. */
  train() {
    /** @type {HTMLButtonElement | null} */ (document.querySelector("#start"))?.click();
    this.close();
  }

  bring() {
    drawer.set(true);
    document.getElementById("drop")?.scrollIntoView({ block: "center" });
    this.close();
  }

  close() {
    this.stopped = true;
    this.leave();
    this.root.hidden = true;
  }
}

/**
 * The captions are spread evenly over the snapshots.
 * @param {number | null} step null for the newest
 * @param {number[]} steps all there are
 */
export function captionAt(step, steps) {
  const at = step === null ? steps.length - 1 : steps.findLastIndex((other) => other <= step);
  return CAPTIONS[Math.floor((Math.max(0, at) * CAPTIONS.length) / steps.length)];
}

/**
 * The component.
 * @param {HTMLElement} root
 * @param {PartWith<{read_only?: boolean, own?: string}, null>} part
 */
export function mount(root, { props }) {
  const trains = !props.read_only;
  const first = new FirstMinute(root, trains);
  const sent = [...new URLSearchParams(view.sent).keys()].some((word) => !word.startsWith("__"));
  if (sent) return;
  const propose = () => trains && drawer.propose();
  const greet = () => (greeted() ? propose() : first.begin());
  const look = () => view.run === EXAMPLE && (trains && props.own ? first.lead(props.own) : greet());
  if (!look()) {
    const stop = view.on(["runs"], () => {
      stop();
      look();
    });
  }
}
