// A sound to see and hear: its picture, a cursor on it, the keyboard.

import { make, onResize, replaceIcon, sharpContext, targetOf } from "../core/elements.js";
import { nextFrame } from "../core/frames.js";
import { sameSound } from "../core/source.js";
import { onTheme } from "../core/theme.js";
import { isPending, isPlaying, leave, load, onPlaying, onTrouble, play, position, stop } from "./sound.js";
import { drawSound, EDGE, NO_EDGE } from "./sound_picture.js";
import { cellsCanvas, loadPicture, unpacked } from "./spectrogram_image.js";

const SEEK_SECONDS = 0.1;

/** @import { PartWith, PlayerValue, Sound, SpectrogramCells } from "../core/types.d.ts" */

export class SoundView {
  /**
   * @param {HTMLElement} element
   * @param {{empty?: string, plain?: boolean}} options `plain`: without axes, for a narrow place
   */
  constructor(element, { empty = "No sound chosen yet.", plain = false } = {}) {
    this.empty = empty;
    this.edge = plain ? NO_EDGE : EDGE;
    /** @type {Sound | null} */
    this.sound = null;
    /** @type {SpectrogramCells | null} */
    this.picture = null;
    /** @type {HTMLCanvasElement | null} */
    this.cells = null;
    this.subtitle = "";
    this.from = 0; // seconds: where playing starts next
    this.haltCursor = () => {};
    this.button = make("button.round.primary", { type: "button", onclick: (event) => this.toggle(event.timeStamp) });
    this.title = make("div.player-title");
    this.facts = make("div.player-facts");
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.cursor = make("div.player-cursor");
    this.message = make("div.player-message", { role: "status" });
    this.picturing = make("div.player-picture", {}, this.canvas, this.cursor, this.message);
    this.box = make(
      "div.player",
      { tabindex: "0", role: "group", "aria-label": "Sound player", "data-plain": plain },
      make("div.player-head", {}, this.button, make("div.player-words", {}, this.title, this.facts)),
      this.picturing,
    );
    element.append(this.box);
    this.box.addEventListener("keydown", (event) => this.key(event));
    for (const type of /** @type {const} */ (["pointerenter", "focus"]))
      this.button.addEventListener(type, () => this.sound && load(this.sound).catch(() => {}));
    this.picturing.addEventListener("pointerdown", (event) => this.seek(event));
    onResize(this.picturing, () => this.draw());
    onTheme(() => this.draw());
    onPlaying((ended) => {
      if (ended && sameSound(ended, this.sound)) this.from = 0;
      this.follow();
    });
    onTrouble(({ sound, message }) => {
      if (sameSound(sound, this.sound)) this.say(message, "error");
    });
    this.show(null);
  }

  /**
   * Shows a sound, by its own picture if one comes with it; with `play` it is also heard. Null empties the player.
   * @param {PlayerValue | null} what
   */
  async show(what) {
    const sound = what?.sound ?? null;
    const same = sound && this.sound && sameSound(sound, this.sound);
    if (!same) {
      if (this.sound) leave(this.sound);
      this.sound = sound;
      this.from = 0;
    }
    this.title.textContent = what?.title ?? "";
    this.subtitle = what?.subtitle ?? "";
    this.button.disabled = !sound;
    this.button.hidden = !sound;
    if (sound && what?.play) play(sound, { asked: what.asked });
    this.follow();
    if (same && this.picture) return this.describe();
    this.picture = null;
    this.describe();
    if (!sound) return this.say(this.empty, "empty");
    this.say("", "loading");
    try {
      const picture = what?.picture ? unpacked(what.picture) : await loadPicture(sound);
      if (!sameSound(sound, this.sound)) return;
      this.picture = picture;
      this.cells = cellsCanvas(picture);
      this.describe();
      this.say("", "shown");
      this.draw();
      if (!what?.lazy) load(sound).catch(() => {});
    } catch (error) {
      if (sameSound(sound, this.sound)) this.say(/** @type {Error} */ (error).message, "error");
    }
  }

  /**
   * @param {string} text
   * @param {"empty" | "loading" | "shown" | "error"} state
   */
  say(text, state) {
    this.box.dataset.state = state;
    this.message.textContent = text;
    if (state !== "shown") sharpContext(this.canvas);
  }

  describe() {
    const facts = this.subtitle ? [this.subtitle] : [];
    if (this.picture) {
      facts.push(`${this.picture.seconds.toFixed(2)} s`);
      const { rms_db, peak_db } = this.picture;
      if (rms_db !== null) facts.push(`RMS ${decibel(rms_db)}`);
      if (peak_db !== null) facts.push(`peak ${decibel(peak_db)}`);
    }
    this.facts.textContent = facts.join("  ·  ");
    const name = this.title.textContent ? `Sound player: ${this.title.textContent}` : "Sound player";
    this.box.setAttribute("aria-label", name);
  }

  toggle(asked = performance.now()) {
    if (!this.sound) return;
    if (isPlaying(this.sound)) {
      this.from = position(this.sound) ?? 0;
      stop();
    } else if (isPending(this.sound)) stop();
    else play(this.sound, { offset: this.from, asked });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.sound || !this.picture || targetOf(event).closest("input, select")) return;
    const now = position(this.sound) ?? this.from;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: now - SEEK_SECONDS, ArrowRight: now + SEEK_SECONDS, Home: 0 };
    if (event.key in moves) {
      this.moveTo(moves[event.key]);
    } else if ((event.key === " " || event.key === "Enter") && event.target === this.box) this.toggle(event.timeStamp);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  seek(event) {
    if (!this.sound || !this.picture || event.button !== 0) return;
    const box = this.picturing.getBoundingClientRect();
    const share = (event.clientX - box.left - this.edge.left) / (box.width - this.edge.left - this.edge.right);
    if (share < -0.02 || share > 1.02) return;
    this.from = Math.min(Math.max(share, 0), 0.999) * this.picture.seconds;
    play(this.sound, { offset: this.from, asked: event.timeStamp });
  }

  /** @param {number} seconds */
  moveTo(seconds) {
    if (!this.sound || !this.picture) return;
    this.from = Math.min(Math.max(0, seconds), this.picture.seconds - 0.01);
    if (isPlaying(this.sound)) play(this.sound, { offset: this.from });
    else this.place(this.from);
  }

  follow() {
    const { sound } = this;
    const playing = sound !== null && isPlaying(sound);
    const busy = sound !== null && !playing && isPending(sound);
    replaceIcon(this.button, playing ? "pause" : "play");
    this.button.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.button.setAttribute("aria-busy", String(busy));
    this.button.title = playing ? "Pause (space)" : "Play (space)";
    this.haltCursor();
    if (!playing) return this.place(this.from);
    const step = () => {
      const seconds = this.sound && position(this.sound);
      if (seconds === null) return;
      this.place(seconds);
      this.haltCursor = nextFrame(step);
    };
    step();
  }

  /** @param {number} seconds */
  place(seconds) {
    const { picture } = this;
    const shown = picture && (seconds > 0 || (this.sound && isPlaying(this.sound)));
    this.cursor.style.opacity = shown ? "1" : "0";
    if (!picture || !shown) return;
    const width = this.picturing.clientWidth - this.edge.left - this.edge.right;
    const x = this.edge.left + width * Math.min(1, seconds / picture.seconds);
    this.cursor.style.transform = `translateX(${x.toFixed(1)}px)`;
  }

  draw() {
    const picture = this.picture;
    if (!picture || !this.cells) return;
    const context = sharpContext(this.canvas);
    if (!context) return;
    context.font = `11px ${getComputedStyle(this.box).fontFamily}`;
    drawSound(context, picture, this.cells, this.edge);
    this.place((this.sound && position(this.sound)) ?? this.from);
  }
}

/** @param {number} value */
const decibel = (value) => `${value.toFixed(1).replace("-", "−")} dB`;

/**
 * The component: its value is what `SoundView.show` takes.
 * @param {HTMLElement} root
 * @param {PartWith<{empty?: string}, PlayerValue>} part
 */
export function mount(root, { props, watch }) {
  const view = new SoundView(root, { empty: props.empty });
  const update = () => view.show(props.value);
  watch("value", update);
  update();
}
