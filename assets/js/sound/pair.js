// Two views of a sound, to see and hear, with what was done to it in a line each and how alike a run finds them. The pictures
// come at once; what is heard of a mel view is made when it is asked for.

import { make } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";
import { SoundView } from "./player.js";

const UNIT = /(\d) (?=%|dB|s\b|bands?\b)/g; // a number stays on its unit's line
const AGAIN_MS = 2000; // until what is being opened, or others ask for too, is asked for again
const ANEW_MS = 15_000; // until a model that learns is asked anew how alike it finds what is shown

/** @import { Refusal, ViewPair, ViewsAlike } from "../core/types.d.ts" */

export class PairView {
  /**
   * @param {HTMLElement} element
   * @param {{empty: string, plain?: boolean, onViews?: (count: number) => void}} options `plain`: for a narrow place; `onViews` is
   *   told how many there are: some methods hear one view of a clip
   */
  constructor(element, { empty, plain = false, onViews = () => {} }) {
    this.onViews = onViews;
    this.single = false; // whether one is shown, which is like no other
    this.empty = empty;
    /** @type {string | null} */
    this.query = null; // what is to be shown
    /** @type {string | null} */
    this.shown = null; // what was answered last
    /** @type {string | null} */
    this.run = null; // whose model says how alike they are
    /** @type {string | null} */
    this.judged = null; // run and query of what is said of how alike they are
    this.stale = false; // the model has learned more since then
    this.training = false;
    this.stopFollowing = () => {};
    this.asking = false;
    this.judging = false;
    this.sides = [0, 1].map(() => {
      const player = new SoundView(make("div"), { empty, plain });
      const line = make("p.view-line");
      player.picturing.before(line);
      return { player, line };
    });
    this.alike = make("p.pair-alike", { role: "status" });
    this.note = make("p.pair-note");
    this.box = make(
      "div.pair",
      { "data-plain": plain },
      make("div.pair-views", {}, ...this.sides.map(({ player }) => player.box)),
      this.alike,
      this.note,
    );
    element.append(this.box);
    onPulse(() => this.judgeAnew(), { every: ANEW_MS, seen: () => this.training && this.wanted() !== null });
  }

  /** Learns whether the run trains: then what its model finds does not hold for long. @param {string | null} run */
  follow(run) {
    this.stopFollowing();
    this.training = false;
    if (run === null) return;
    this.stopFollowing = feedOf(run).follow("status", this.box, ({ status }) => {
      const ended = this.training && !isActive(status);
      this.training = isActive(status);
      if (ended) this.judgeAnew();
    });
  }

  /**
   * Shows the views of a query (see explorer/web/routes/views.py), and what the model of `run` finds; null shows none. While
   * one query is answered only the last of those that follow is kept.
   * @param {string | null} query
   * @param {string | null} run
   */
  async show(query, run) {
    const same = query === this.query && run === this.run;
    if (run !== this.run) this.follow(run);
    this.query = query;
    this.run = run;
    if (query === null) return this.clear(this.empty);
    if (same || this.asking) return;
    this.asking = true;
    try {
      while (this.query !== null && this.query !== this.shown) await this.ask(this.query);
    } finally {
      this.asking = false;
    }
    this.judge();
  }

  /** @param {string} query */
  async ask(query) {
    this.busy(true);
    this.say("Drawing the views …");
    const [pair, error] = await source.views(query).then(
      (pair) => [pair, null],
      (error) => [null, error],
    );
    this.busy(false);
    if (query !== this.query) return; // something else is wanted by now
    this.shown = query;
    if (pair) this.put(pair, query);
    else this.fail(error);
  }

  /**
   * @param {ViewPair} pair
   * @param {string} query
   */
  put({ views, note, later }, query) {
    if (!views.length) return this.fail(Object.assign(new Error(note), { status: later ? 503 : 404 }));
    this.single = views.length === 1;
    this.sides[1].player.box.hidden = this.alike.hidden = this.single;
    this.onViews(views.length);
    for (const [i, { player, line }] of this.sides.slice(0, views.length).entries()) {
      const sound = { views: query, which: i };
      player.show({ sound, title: this.single ? "The view" : `View ${i + 1}`, picture: views[i].picture, lazy: true });
      line.textContent = views[i].line.replace(UNIT, "$1\u00a0");
    }
    this.note.textContent = note;
    this.say("");
  }

  /** @param {Refusal} error */
  fail(error) {
    const soon = error.status === 503; // nothing is wrong: it is being made
    this.clear(error.message, soon ? "empty" : "error");
    if (!soon) return;
    const query = this.query;
    setTimeout(() => {
      if (this.query !== query || !this.box.offsetParent) return;
      this.query = this.shown = null; // so that it is asked for anew
      this.show(query, this.run);
    }, AGAIN_MS);
  }

  /**
   * @param {string} why
   * @param {"empty" | "error"} state
   */
  clear(why, state = "empty") {
    if (state === "empty") this.shown = null;
    for (const [i, { player, line }] of this.sides.entries()) {
      player.show(null);
      player.say(i ? "" : why, state);
      line.textContent = "";
    }
    this.note.textContent = "";
    this.say("");
  }

  /** Asks once more how alike the views are; what was said stays until then. */
  judgeAnew() {
    this.stale = true;
    return this.judge();
  }

  /** Asks how alike the views are, once for a run and a query; while one is answered only the last that follows is kept. */
  async judge() {
    const open = () => {
      const about = this.wanted();
      const other = about?.key !== this.judged;
      if (!about || !(other || this.stale)) return null;
      if (other) this.say("How alike does the model find them? …");
      return about;
    };
    if (this.judging) {
      open(); // one is being answered: it is said that this one waits
      return;
    }
    this.judging = true;
    for (let about = open(); about; about = open()) {
      this.stale = false;
      const [said, again] = await source.alike(about.run, about.query).then(
        (alike) => [alikeInWords(alike), false],
        (error) => [error.message, error.status === 503],
      );
      this.stale ||= again;
      if (again) await new Promise((later) => setTimeout(later, AGAIN_MS));
      if (again || this.wanted()?.key !== about.key) continue;
      this.say(said);
      this.judged = about.key;
    }
    this.judging = false;
  }

  /** What is to be judged: views that are shown, by a run. */
  wanted() {
    const { query, run } = this;
    const there =
      run && !this.single && this.box.offsetParent && query && query === this.shown && this.sides[0].player.sound;
    return there ? { run, query, key: `${run} ${query}` } : null;
  }

  /** @param {boolean} busy */
  busy(busy) {
    this.box.setAttribute("aria-busy", String(busy));
  }

  /** @param {string} text */
  say(text) {
    this.alike.textContent = text;
    this.judged = null;
  }
}

/** @param {ViewsAlike} alike */
export function alikeInWords(alike) {
  if ("why" in alike) return alike.why;
  const { step, cosine, percentile, before } = alike;
  /** @param {number} value */
  const number = (value) => value.toFixed(2).replace("-", "−");
  /** @param {{cosine: number, percentile: number}} one */
  const share = (one) => `${Math.floor(one.percentile)} %`;
  const now = `To the model these two are more alike than ${share(alike)} of random pairs of clips (cosine ${number(cosine)}, step ${step.toLocaleString("en")}).`;
  if (!before) return now;
  const then = `${now} Before training it was ${share(before)} (cosine ${number(before.cosine)}).`;
  const apart = before.cosine > cosine && percentile >= before.percentile - 1;
  return apart ? `${then} The cosine fell because training moves all clips apart; the share is what counts.` : then;
}
