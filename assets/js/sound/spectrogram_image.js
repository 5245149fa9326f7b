// Pictures of a sound: its log-mel spectrogram and the outline of its waveform, drawn on canvases.

import { contextOf } from "../core/elements.js";
import { first } from "../core/first.js";
import { Recent } from "../core/recent.js";
import { bytesOf, soundKey, source } from "../core/source.js";

const KEPT = 300;

/** @import { ClipSound, Sound, SpectrogramCells, SpectrogramImage } from "../core/types.d.ts" */
/** @typedef {{index: number, resolve: (image: SpectrogramImage) => void, reject: (error: unknown) => void}} Wish */

/** @type {Recent<SpectrogramCells>} */
const pictures = new Recent(KEPT);
/** @type {Map<string, Wish[]>} */
const wanted = new Map(); // of this moment, by the fingerprint of a data set

/**
 * The spectrogram image of a sound, kept for the next time.
 * @param {Sound} sound
 */
export const loadPicture = (sound) => pictures.get(soundKey(sound), () => fetchPicture(sound).then(unpacked));

/**
 * @param {Sound} sound
 * @returns {Promise<SpectrogramImage>}
 */
async function fetchPicture(sound) {
  if (sound.upload !== undefined) return source.uploadPicture(sound.upload);
  if (sound.views !== undefined) return (await source.views(sound.views)).views[sound.which].picture;
  return first(fetchTogether(sound));
}

/**
 * A picture as the server sends it, with its arrays as arrays.
 * @param {SpectrogramImage} sent
 * @returns {SpectrogramCells}
 */
export const unpacked = (sent) => ({
  ...sent,
  cells: bytesOf(sent.spectrogram),
  peaks: new Int8Array(bytesOf(sent.peaks).buffer),
});

/**
 * Those of clips that are wanted in the same moment, as by a list, come in one answer.
 * @param {ClipSound} sound
 * @returns {Promise<SpectrogramImage>}
 */
function fetchTogether({ fingerprint, index }) {
  return new Promise((resolve, reject) => {
    const others = wanted.get(fingerprint);
    if (others) return others.push({ index, resolve, reject });
    const wishes = [{ index, resolve, reject }];
    wanted.set(fingerprint, wishes);
    queueMicrotask(() => ask(fingerprint, wishes));
  });
}

/**
 * @param {string} fingerprint
 * @param {Wish[]} all
 */
function ask(fingerprint, all) {
  wanted.delete(fingerprint);
  while (all.length) {
    const some = all.splice(0, source.picturesAtOnce);
    fetchTo(fingerprint, some).catch((error) => {
      for (const { reject } of some) reject(error);
    });
  }
}

/**
 * @param {string} fingerprint
 * @param {Wish[]} wishes
 */
async function fetchTo(fingerprint, wishes) {
  const indices = wishes.map(({ index }) => index);
  const images = await source.pictures(fingerprint, indices);
  for (const [i, { resolve }] of wishes.entries()) resolve(images[i]);
}

// From deep blue over plum and orange to pale yellow: lightness grows all the way, so it also reads in grey.
const STOPS = [
  [0, 6, 8, 24],
  [0.12, 22, 16, 60],
  [0.28, 66, 15, 104],
  [0.44, 122, 28, 109],
  [0.6, 183, 55, 84],
  [0.74, 228, 92, 48],
  [0.86, 249, 152, 35],
  [0.95, 247, 213, 92],
  [1, 252, 250, 190],
];
export const COLOURS = colourTable(STOPS);

/**
 * 256 colours as canvas pixels, from stops [where from 0 to 1, red, green, blue].
 * @param {number[][]} stops
 */
export function colourTable(stops) {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const x = i / 255;
    const k = Math.max(
      1,
      stops.findIndex(([at]) => at >= x),
    );
    const [a, b] = [stops[k - 1], stops[k]];
    const t = (x - a[0]) / (b[0] - a[0]);
    const [red, green, blue] = [1, 2, 3].map((c) => Math.round(a[c] + t * (b[c] - a[c])));
    table[i] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return table;
}

/**
 * The spectrogram in its own pixels (frames × bands), lowest band at the bottom.
 * @param {SpectrogramCells} picture
 */
export function cellsCanvas({ mels, frames, cells }) {
  const canvas = document.createElement("canvas");
  canvas.width = frames;
  canvas.height = mels;
  const image = new ImageData(frames, mels);
  const pixels = new Uint32Array(image.data.buffer);
  for (let band = 0; band < mels; band++) {
    const row = (mels - 1 - band) * frames;
    for (let frame = 0; frame < frames; frame++) pixels[row + frame] = COLOURS[cells[band * frames + frame]];
  }
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas;
}

const LEAST_LOUD_DB = -110; // what is quieter at its loudest is silence, and stays dark
const LEAST_RANGE_DB = 40; // so that an even noise isn't torn apart
const QUIET_SHARE = 0.02; // of the cells, which may be darker than the darkest colour

/**
 * The cells with all colours spread over what is there, as a small picture has no scale beside it.
 * @param {SpectrogramCells} picture
 */
export function spread({ cells, low_db, high_db }) {
  const steps = 255 / (high_db - low_db); // a decibel
  const counts = new Uint32Array(256);
  for (const cell of cells) counts[cell]++;
  const top = Math.max(counts.findLastIndex(Boolean), 0, (LEAST_LOUD_DB - low_db) * steps);
  let left = Math.floor(QUIET_SHARE * cells.length);
  const low = Math.max(
    counts.findIndex((count) => (left -= count) < 0),
    0,
  );
  const bottom = Math.max(0, Math.min(low, top - LEAST_RANGE_DB * steps));
  const shades = Uint8ClampedArray.from(counts, (_, cell) => ((cell - bottom) * 255) / (top - bottom));
  const out = new Uint8Array(cells.length);
  for (let i = 0; i < out.length; i++) out[i] = shades[cells[i]];
  return out;
}

/**
 * Fills a small canvas with the spectrogram alone.
 * @param {HTMLCanvasElement} canvas
 * @param {SpectrogramCells} picture
 */
export function drawThumbnail(canvas, picture) {
  const own = cellsCanvas({ ...picture, cells: spread(picture) });
  canvas.width = Math.max(96, own.width);
  canvas.height = own.height;
  contextOf(canvas).drawImage(own, 0, 0, canvas.width, canvas.height);
}
