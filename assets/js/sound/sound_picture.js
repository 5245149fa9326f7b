// The picture of a sound: its waveform above its log-mel spectrogram, with axes of time, frequency and level where there is room.

import { colour } from "../core/theme.js";
import { COLOURS } from "./spectrogram_image.js";

const TIME_STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

/** @import { SpectrogramCells } from "../core/types.d.ts" */
/** @typedef {{x: number, y: number, w: number, h: number}} Box in CSS pixels */

/** Room for axes around both, and between them, in CSS pixels. */
export const EDGE = { left: 46, right: 64, top: 8, bottom: 34, gap: 12 };
/** Without axes, for a narrow place. */
export const NO_EDGE = { left: 0, right: 0, top: 0, bottom: 0, gap: 4 };
const WAVE_SHARE = 0.28; // of the height
const HZ_MARKS = [62, 125, 250, 500, 1000, 2000, 4000, 8000, 16000];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SpectrogramCells} picture
 * @param {HTMLCanvasElement} cells the spectrogram, a pixel a cell
 * @param {typeof EDGE} edge
 */
export function drawSound(context, picture, cells, edge) {
  const { clientWidth: w, clientHeight: h } = context.canvas;
  const waved = picture.peaks.length > 0; // a view that is a spectrogram has no waveform
  const inner = h - edge.top - edge.bottom - (waved ? edge.gap : 0);
  const wave = { x: edge.left, y: edge.top, w: w - edge.left - edge.right, h: waved ? inner * WAVE_SHARE : 0 };
  const mel = { ...wave, y: edge.top + wave.h + (waved ? edge.gap : 0), h: inner - wave.h };
  if (waved) drawWave(context, picture, wave);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, mel.x, mel.y, mel.w, mel.h);
  if (edge === NO_EDGE) return;
  if (waved) drawLevels(context, wave);
  drawAxes(context, picture, mel);
  drawScale(context, picture, mel);
}

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
 * Where in the band axis (0 at the bottom, 1 at the top) round frequencies lie.
 * @param {number[]} mel_hz
 */
export function frequencyMarks(mel_hz) {
  const last = mel_hz.length - 1;
  const marks = [];
  for (const hz of HZ_MARKS) {
    const above = mel_hz.findIndex((centre) => centre >= hz);
    if (above <= 0) continue;
    const [low, high] = [mel_hz[above - 1], mel_hz[above]];
    marks.push({
      at: (above - 1 + (hz - low) / (high - low) + 0.5) / (last + 1),
      text: hz < 1000 ? `${hz}` : `${hz / 1000}k`,
    });
  }
  return marks;
}

/**
 * Round steps for an axis of `seconds` with at most about `most` marks.
 * @param {number} seconds
 * @param {number} most
 */
export function timeMarks(seconds, most) {
  const step = TIME_STEPS.find((s) => seconds / s <= most) ?? 120;
  const marks = [];
  for (let t = 0; t <= seconds + 1e-9; t += step) marks.push(Math.round(t * 1000) / 1000);
  return marks;
}
