// A sound to see and hear: waveform and log-mel spectrogram with real axes, a cursor, the keyboard.

import { make, onResize, replaceIcon, sharpContext, targetOf } from "../core/elements.js";
import { nextFrame } from "../core/frames.js";
import { sameSound } from "../core/source.js";
import { colour, onTheme } from "../core/theme.js";
import { isPending, isPlaying, leave, load, onPlaying, onTrouble, play, position, stop } from "./sound.js";
import { COLOURS, cellsCanvas, frequencyMarks, loadPicture, timeMarks, unpacked } from "./spectrogram_image.js";

const EDGE = { left: 46, right: 64, top: 8, bottom: 34, gap: 12 };
const NO_EDGE = { left: 0, right: 0, top: 0, bottom: 0, gap: 4 };
const WAVE_SHARE = 0.28;
const SEEK_SECONDS = 0.1;

/** @import { PartWith, PlayerValue, Sound, SpectrogramCells } from "../core/types.d.ts" */
/** @typedef {{x: number, y: number, w: number, h: number}} Box in CSS pixels */

export class SoundView {
  /**
   * @param {HTMLElement} element
   * @param {{empty?: string, plain?: boolean}} options `plain`: without axes, for a narrow place
   */
  constructor(element, { empty = "No sound chosen yet.", plain = false } = {}) {
    this.empty = empty;
    this.plain = plain;
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
    const [w, h] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const { edge, plain } = this;
    const waved = picture.peaks.length > 0; // a view that is a spectrogram has no waveform
    const inner = h - edge.top - edge.bottom - (waved ? edge.gap : 0);
    const wave = { x: edge.left, y: edge.top, w: w - edge.left - edge.right, h: waved ? inner * WAVE_SHARE : 0 };
    const mel = { ...wave, y: edge.top + wave.h + (waved ? edge.gap : 0), h: inner - wave.h };
    context.font = `11px ${getComputedStyle(this.box).fontFamily}`;
    if (waved) drawWave(context, picture, wave);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, mel.x, mel.y, mel.w, mel.h);
    if (waved && !plain) drawLevels(context, wave);
    if (!plain) drawAxes(context, picture, mel);
    if (!plain) drawScale(context, picture, mel);
    this.place((this.sound && position(this.sound)) ?? this.from);
  }
}

/** @param {number} value */
const decibel = (value) => `${value.toFixed(1).replace("-", "−")} dB`;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SpectrogramCells} picture
 * @param {Box} box
 */
function drawWave(context, { peaks }, box) {
  const columns = peaks.length / 2;
  const middle = box.y + box.h / 2;
  context.strokeStyle = colour("line");
  context.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
  context.fillStyle = colour("accent");
  const wide = box.w / columns;
  for (let i = 0; i < columns; i++) {
    const low = (peaks[2 * i] / 127) * (box.h / 2 - 1),
      high = (peaks[2 * i + 1] / 127) * (box.h / 2 - 1);
    context.fillRect(box.x + i * wide, middle - high, Math.max(wide, 0.75), Math.max(1, high - low));
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} wave
 */
function drawLevels(context, wave) {
  context.fillStyle = colour("faint-text");
  context.textBaseline = "middle";
  context.textAlign = "right";
  /** @type {[string, number][]} */
  const marks = [
    ["1", wave.y + 5],
    ["0", wave.y + wave.h / 2],
    ["−1", wave.y + wave.h - 5],
  ];
  for (const [value, y] of marks) context.fillText(value, wave.x - 6, y);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SpectrogramCells} picture
 * @param {Box} mel
 */
function drawAxes(context, picture, mel) {
  context.fillStyle = colour("faint-text");
  context.textBaseline = "middle";
  context.textAlign = "right";
  let last = Infinity;
  for (const { at, text } of frequencyMarks(picture.mel_hz)) {
    const y = mel.y + mel.h * (1 - at);
    if (last - y < 14) continue;
    last = y;
    context.fillText(text, mel.x - 7, y);
    context.fillRect(mel.x - 4, Math.round(y), 4, 1);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  const bottom = mel.y + mel.h;
  for (const t of timeMarks(picture.seconds, Math.max(3, mel.w / 60))) {
    const x = mel.x + (mel.w * t) / picture.seconds;
    context.fillRect(Math.round(x), bottom, 1, 4);
    context.fillText(`${t}`, x, bottom + 6);
  }
  context.fillText("time (s)", mel.x + mel.w / 2, bottom + 20);
  context.save();
  context.translate(10, mel.y + mel.h / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText("frequency (Hz)", 0, 0);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SpectrogramCells} picture
 * @param {Box} mel
 */
function drawScale(context, picture, mel) {
  const x = mel.x + mel.w + 12,
    wide = 10;
  for (let i = 0; i < mel.h; i++) {
    const value = COLOURS[Math.round(255 * (1 - i / mel.h))];
    context.fillStyle = `rgb(${value & 255},${(value >> 8) & 255},${(value >> 16) & 255})`;
    context.fillRect(x, mel.y + i, wide, 1.5);
  }
  context.fillStyle = colour("faint-text");
  context.textAlign = "left";
  const { low_db, high_db } = picture;
  for (const share of [0, 0.5, 1]) {
    const y = mel.y + mel.h * (1 - share);
    context.textBaseline = share === 0 ? "bottom" : share === 1 ? "top" : "middle";
    const db = Math.round(low_db + share * (high_db - low_db));
    context.fillText(`${db}`.replace("-", "−"), x + wide + 4, y);
  }
  context.textBaseline = "top";
  context.fillText("dB", x, mel.y + mel.h + 6);
}

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
