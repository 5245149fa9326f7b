// The pictures of what a method's own loss sees, at the newest snapshot or any that is kept. Drawn only for a new
// snapshot and only within a screen of what is in view: the training beside it needs the processor more.

import { make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { isSeen } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { Timeline } from "../map/timeline.js";
import { isPlaying, load, onPlaying, onTrouble, playInTurn } from "../sound/sound.js";
import { Bars } from "./bars.js";
import { Matrix } from "./matrix.js";
import { Strips } from "./strips.js";

const RETRY_MS = 2000; // where the server didn't answer: it may be starting anew
const KEPT = 24; // answers, so that going back and forth is quick
/** @import { Lens, LensFigure, LensHost, LensPart, LensPicture, PartWith, Refusal } from "../core/types.d.ts" */
/** @import { Change, Feed } from "../core/feed.js" */
/** @import { ClipSound } from "../core/types.d.ts" */

// What draws a kind of picture; training/run/schema.py has the list of kinds. One that is not known here is left out.
/** @type {Record<string, new (pictures: LensPicture[], lens: LensHost) => LensFigure>} */
const KINDS = { matrix: Matrix, bars: Bars, spectrograms: Strips };

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
    /** @type {{figure: LensFigure, parts: LensPart[], sounds: ClipSound[]} | null} */
    this.turn = null;
    /** @type {LensFigure[]} */
    this.figures = [];
    /** @type {Map<number, Promise<Lens>>} */
    this.answers = new Map(); // step → promise of a lens
    this.drawn = "";
    this.asked = 0; // how often for the steps; an answer that another request has overtaken is not heeded
    this.inView = false;
    this.behind = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
    this.message = make("p.charts-message", { role: "status" });
    this.timeline = new Timeline((/** @type {number} */ step) => this.showStep(step), timeline ? undefined : root);
    this.grid = make("div.lens-grid");
    root.append(this.message, this.grid, ...(timeline ? [this.timeline.box] : []));
    onPlaying(() => this.markPlaying());
    onTrouble(({ sound, message }) => {
      if (this.turn?.sounds.some((own) => own === sound)) this.turn.figure.say(message);
    });
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
    this.answers.clear();
    for (const figure of this.figures) figure.leave?.();
    this.figures = [];
    this.drawn = "";
    this.grid.replaceChildren();
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
    if (change.void) this.answers.clear(); // a resumed training takes its later snapshots anew
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
    if (!steps.length && !this.figures.length) this.say("The method's picture appears with the first snapshot.");
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

  /**
   * @param {string} run
   * @param {number} step
   */
  lensOf(run, step) {
    const answer = this.answers.get(step) ?? source.lens(run, step);
    this.answers.set(step, answer);
    answer.catch(() => this.answers.delete(step));
    for (const oldest of this.answers.keys()) if (this.answers.size > KEPT) this.answers.delete(oldest);
    return answer;
  }

  /** @param {number} step */
  async showStep(step) {
    const { run } = this;
    if (!run) return;
    const lens = await this.lensOf(run, step).catch((error) => this.failed(error, null));
    if (!lens || run !== this.run || step !== this.timeline.step || lens === this.lens) return;
    this.lens = lens;
    this.say(lens.pictures.length ? "" : "This method has no picture of its own.");
    const groups = grouped(lens.pictures.filter(({ kind }) => kind in KINDS));
    const drawn = JSON.stringify(lens.pictures.map(({ name, kind, shape }) => [name, kind, shape]));
    if (drawn !== this.drawn) {
      for (const figure of this.figures) figure.leave?.();
      this.figures = groups.map((pictures) => new KINDS[pictures[0].kind](pictures, this));
      this.grid.replaceChildren(...this.figures.map((figure) => figure.box));
    }
    this.drawn = drawn;
    for (const [i, pictures] of groups.entries()) this.figures[i].update(pictures);
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
   * Plays the clips of some rows or columns, one after the other.
   * @param {LensFigure} figure
   * @param {LensPart[]} parts
   * @param {number} asked when: the time of an event
   */
  async hear(figure, parts, asked) {
    if (!this.lens) return;
    if (!this.lens.clips.length)
      return figure.say("This run did not keep which clips these are, so they cannot be played.");
    if (!this.lens.sounds) await this.askForSounds(this.lens);
    const { sounds, note, clips, fingerprint } = this.lens;
    if (!sounds) return figure.say(note || "The sounds of this run are not on this machine.");
    const heard = parts.filter(({ index }, i) => clips[index] && parts.findIndex((part) => part.index === index) === i);
    this.turn = { figure, parts: heard, sounds: heard.map(({ index }) => ({ fingerprint, index: clips[index].clip })) };
    playInTurn(this.turn.sounds, { asked });
    if (heard.length) view.set({ clip: clips[heard[0].index].clip });
  }

  /**
   * The sounds of a run may have been opened since the picture was fetched.
   * @param {Lens} lens
   */
  async askForSounds(lens) {
    const again = await source.lens(this.run ?? "", lens.step).catch(() => lens);
    for (const known of [lens, this.lens]) if (known) Object.assign(known, { sounds: again.sounds, note: again.note });
  }

  /**
   * Fetches what a click would play, so that it is heard at once.
   * @param {number} index
   */
  getReady(index) {
    if (!this.lens) return;
    const { sounds, clips, fingerprint } = this.lens;
    if (sounds && clips[index]) load({ fingerprint, index: clips[index].clip }).catch(() => {});
  }

  markPlaying() {
    if (!this.turn) return;
    const { figure, parts, sounds } = this.turn;
    const playing = parts.find((_, i) => isPlaying(sounds[i]));
    const clip = playing && this.lens?.clips[playing.index];
    figure.mark(playing ?? null);
    figure.say(
      clip ? `▶ ${playing.axis} ${playing.index + 1}: ${[clip.label, clip.note].filter(Boolean).join("  ·  ")}` : "",
    );
  }
}

/**
 * Spectrograms that follow each other stand below each other, so that their clips can be compared.
 * @param {LensPicture[]} pictures
 */
function grouped(pictures) {
  /** @type {LensPicture[][]} */
  const groups = [];
  for (const picture of pictures) {
    const group = groups.at(-1);
    const together =
      picture.kind === "spectrograms" && group?.[0].kind === "spectrograms" && picture.shape[0] === group[0].shape[0];
    if (group && together) group.push(picture);
    else groups.push([picture]);
  }
  return groups;
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
