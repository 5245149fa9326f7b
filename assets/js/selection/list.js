// The selected clips as a list: heard one by one or all in turn, and taken out.

import { make } from "../core/elements.js";
import { view } from "../core/view.js";
import { selected } from "../map/selection.js";
import { ClipsView } from "../sound/clips.js";
import { isPending, isPlaying, onPlaying, play, stop } from "../sound/sound.js";

const FIRST = 60; // rows that are listed at once
const LIST = {
  empty: "",
  action: "Take this clip out of the selection",
  sign: /** @type {const} */ ("close"),
  first: Infinity, // the list itself says how many
};

/** @import { Sound } from "../core/types.d.ts" */
/** @import { MapClips } from "../map/clips.js" */

export class SelectedList {
  constructor() {
    this.clips = new ClipsView(make("div"), {
      ...LIST,
      onAction: (_, { clip }) => clip !== undefined && this.takeOut(clip),
      onHear: (_, { clip }) => clip !== undefined && view.set({ clip }, { again: true }),
    });
    this.clips.list.setAttribute("aria-label", "Selected clips");
    this.hearing = false;
    /** @type {Sound | null} */
    this.now = null; // which of the list's own is heard, while all are
    this.hear = make("button.plain", { type: "button", onclick: (e) => this.hearAll(e.timeStamp) }, "Hear all");
    const more = () => this.list(this.shown + 10 * FIRST);
    this.more = make("button.plain.selection-more", { type: "button", onclick: more });
    this.box = make("div.selection-list", {}, this.clips.list, this.more);
    /** @type {MapClips | null} */
    this.known = null;
    /** @type {number[]} */
    this.points = [];
    this.shown = FIRST;
    onPlaying((ended) => this.hearing && !ended && queueMicrotask(() => this.follow()));
  }

  /**
   * @param {MapClips} known
   * @param {number[]} points
   */
  show(known, points) {
    const others = known !== this.known || String(points) !== String(this.points);
    this.known = known;
    this.points = points;
    const notes = points.slice(0, this.shown).map((point) => known.brief(point)); // a tag changes them
    if (others || String(notes) !== String(this.clips.rows.map(({ note }) => note)))
      this.list(others ? FIRST : this.shown);
  }

  /** @param {number} most */
  list(most) {
    const { known, points } = this;
    if (!known) return;
    this.shown = most;
    this.clips.show(points.slice(0, most).map((point) => known.row(point)));
    const left = points.length - most;
    this.more.hidden = left <= 0;
    this.more.textContent = left > 0 ? `${left.toLocaleString("en")} more` : "";
    this.hear.disabled = !known.points.sounds;
    this.mark();
  }

  /** Marks the row of the clip that is chosen on the page. */
  mark() {
    const { clip } = view.state;
    for (const [i, item] of this.clips.list.querySelectorAll(".clip").entries())
      item.classList.toggle("chosen", this.clips.rows[i]?.clip === clip);
  }

  /**
   * Hears the next or the last one and chooses it on the page.
   * @param {1 | -1} by
   * @param {number} [asked]
   */
  step(by, asked) {
    const { known, points } = this;
    if (!known || !points.length) return;
    const at = points.findIndex((point) => known.clipOf(point) === view.state.clip);
    const next = at < 0 ? (by > 0 ? 0 : points.length - 1) : (at + by + points.length) % points.length;
    if (next >= this.shown) this.list(next + FIRST);
    const sound = known.soundOf(points[next]);
    if (sound) play(sound, { asked });
    view.set({ clip: known.clipOf(points[next]) }, { again: true });
    this.reveal(next);
  }

  /** Scrolls the list, and never the page, until a row is seen. @param {number} at */
  reveal(at) {
    const row = this.clips.list.querySelectorAll(".clip")[at];
    if (!row) return;
    const [own, all] = [row.getBoundingClientRect(), this.box.getBoundingClientRect()];
    if (own.top < all.top) this.box.scrollTop -= all.top - own.top;
    else if (own.bottom > all.bottom) this.box.scrollTop += own.bottom - all.bottom;
  }

  /** Takes out the chosen clip and goes on to the next. */
  takeOutChosen() {
    const { clip } = view.state;
    if (clip === null || !selected().includes(clip)) return;
    if (this.points.length > 1) this.step(1);
    this.takeOut(clip);
  }

  /** @param {number} clip */
  takeOut(clip) {
    view.set({ selection: selected().filter((other) => other !== clip) });
  }

  /**
   * Hears all in turn, or ends that. Whatever else is played ends it too.
   * @param {number} asked
   */
  hearAll(asked) {
    if (this.hearing) return this.leave();
    const { known, points } = this;
    const next = (/** @type {number} */ i, /** @type {number} */ when) => {
      const sound = i < points.length ? known?.soundOf(points[i]) : null;
      if (!known || !sound) return this.tell(false);
      if (i >= this.shown) this.list(i + FIRST);
      this.now = sound;
      play(sound, { asked: when, onEnd: () => this.hearing && next(i + 1, performance.now()) });
      view.set({ clip: known.clipOf(points[i]) }, { replace: true });
      this.reveal(i);
    };
    this.tell(true);
    next(0, asked);
  }

  /** Ends the hearing of all. */
  leave() {
    this.tell(false);
    stop();
  }

  /** Something began or was stopped while all were to be heard: this list's own next one, or something else. */
  follow() {
    if (!this.now || !(isPlaying(this.now) || isPending(this.now))) this.tell(false);
  }

  /** @param {boolean} hearing */
  tell(hearing) {
    this.hearing = hearing;
    this.hear.textContent = hearing ? "Stop" : "Hear all";
  }
}
