// A picture of a sound, computed here as explorer/sounds/spectrogram_image.py does, for a page without a server.

import { base64Of } from "../core/source.js";

const SAMPLE_RATE = 16_000;
const BANDS = 64;
const [LOW_HZ, HIGH_HZ] = [40, SAMPLE_RATE / 2];
const WINDOW = 512; // samples
const TRANSFORM = 1024; // to which a window is padded
const MOST_FRAMES = 800;
const PEAKS = 400;
const RANGE_DB = 80;
const FLOOR_DB = -140;

/** @import { SpectrogramImage } from "../core/types.d.ts" */

/**
 * @param {Float32Array} samples mono, at 16 kHz
 * @returns {SpectrogramImage}
 */
export function spectrogram(samples) {
  const waveform = samples.length ? samples : new Float32Array(1);
  const hop = Math.max(80, 16 * Math.ceil(waveform.length / (16 * MOST_FRAMES)));
  const frames = Math.ceil(waveform.length / hop);
  const power = melPower(waveform, hop, frames);
  const levels = power.map((p) => 10 * Math.log10(Math.max(p, 10 ** (FLOOR_DB / 10))));
  const loudest = levels.reduce((a, b) => Math.max(a, b), -Infinity);
  const high = Math.min(10, Math.max(FLOOR_DB + RANGE_DB, 10 * Math.ceil(loudest / 10)));
  const low = high - RANGE_DB;
  const shades = Uint8Array.from(levels, (db) => Math.max(0, Math.min(255, Math.round((db - low) * (255 / RANGE_DB)))));
  let [square, peak] = [0, 0];
  for (const value of waveform) {
    square += value * value;
    peak = Math.max(peak, Math.abs(value));
  }
  return {
    seconds: waveform.length / SAMPLE_RATE,
    rms_db: decibels(Math.sqrt(square / waveform.length)),
    peak_db: decibels(peak),
    mels: BANDS,
    frames,
    hop_seconds: hop / SAMPLE_RATE,
    mel_hz: EDGES.slice(1, -1),
    low_db: low,
    high_db: high,
    spectrogram: base64Of(shades),
    peaks: base64Of(new Uint8Array(peaksOf(waveform).buffer)),
  };
}

const decibels = (/** @type {number} */ amplitude) => Math.max(FLOOR_DB, 20 * Math.log10(Math.max(amplitude, 1e-12)));

/** Edges of the bands in Hz, by the mel scale of O'Shaughnessy 1987. */
const EDGES = (() => {
  const [low, high] = [LOW_HZ, HIGH_HZ].map((hz) => 2595 * Math.log10(1 + hz / 700));
  return Array.from(
    { length: BANDS + 2 },
    (_, i) => 700 * (10 ** ((low + (i * (high - low)) / (BANDS + 1)) / 2595) - 1),
  );
})();

/** Of each bin from the first edge on: between which edges it lies, and how far it has risen there, 0 to 1. */
const BINS = (() => {
  const found = [];
  for (let bin = 0; bin <= TRANSFORM / 2; bin++) {
    const hz = (bin * SAMPLE_RATE) / TRANSFORM;
    if (hz < EDGES[0]) continue;
    const above = EDGES.findIndex((edge) => edge > hz);
    const segment = Math.min(BANDS, (above < 0 ? EDGES.length : above) - 1);
    found.push({ bin, segment, rising: (hz - EDGES[segment]) / (EDGES[segment + 1] - EDGES[segment]) });
  }
  return found;
})();

/** Hann, scaled so that a full-scale sine has power 1 summed over its bins. */
const HANN = (() => {
  const hann = Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
  const energy = hann.reduce((sum, w) => sum + w * w, 0);
  return hann.map((w) => (2 * w) / Math.sqrt(TRANSFORM * energy));
})();

/**
 * Power by band and frame, 1 for a full-scale sine in the centre of a band. Two frames go through one transform.
 * @param {Float32Array} waveform
 * @param {number} hop
 * @param {number} frames
 */
function melPower(waveform, hop, frames) {
  const mel = new Float64Array(BANDS * frames);
  const before = Math.trunc((WINDOW - hop) / 2); // so that a window's middle is its frame's middle
  const [re, im] = [new Float64Array(TRANSFORM), new Float64Array(TRANSFORM)];
  for (let frame = 0; frame < frames; frame += 2) {
    cut(waveform, frame * hop - before, re);
    cut(waveform, (frame + 1) * hop - before, im);
    transform(re, im);
    for (const { bin, segment, rising } of BINS) {
      const other = (TRANSFORM - bin) % TRANSFORM;
      const first = ((re[bin] + re[other]) ** 2 + (im[bin] - im[other]) ** 2) / 4;
      const second = ((im[bin] + im[other]) ** 2 + (re[other] - re[bin]) ** 2) / 4;
      [first, second].forEach((power, i) => {
        if (frame + i >= frames) return;
        if (segment < BANDS) mel[segment * frames + frame + i] += rising * power;
        if (segment > 0) mel[(segment - 1) * frames + frame + i] += (1 - rising) * power;
      });
    }
  }
  return mel;
}

/**
 * @param {Float32Array} waveform
 * @param {number} from
 * @param {Float64Array} into
 */
function cut(waveform, from, into) {
  into.fill(0);
  for (let i = 0; i < WINDOW; i++) into[i] = HANN[i] * (waveform[from + i] ?? 0);
}

const BITS = Math.log2(TRANSFORM);
const REVERSED = Uint16Array.from({ length: TRANSFORM }, (_, i) => {
  let reversed = 0;
  for (let bit = 0; bit < BITS; bit++) reversed |= ((i >> bit) & 1) << (BITS - 1 - bit);
  return reversed;
});
const COSINES = Float64Array.from({ length: TRANSFORM / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / TRANSFORM));
const SINES = Float64Array.from({ length: TRANSFORM / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / TRANSFORM));

/**
 * The discrete Fourier transform in place: Cooley and Tukey 1965, radix 2.
 * @param {Float64Array} re
 * @param {Float64Array} im
 */
function transform(re, im) {
  for (let i = 0; i < TRANSFORM; i++) {
    const j = REVERSED[i];
    if (j <= i) continue;
    [re[i], re[j]] = [re[j], re[i]];
    [im[i], im[j]] = [im[j], im[i]];
  }
  for (let half = 1; half < TRANSFORM; half *= 2) {
    const every = TRANSFORM / (2 * half);
    for (let begin = 0; begin < TRANSFORM; begin += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b] = [begin + k, begin + k + half];
        const [c, s] = [COSINES[k * every], SINES[k * every]];
        const [x, y] = [re[b] * c - im[b] * s, re[b] * s + im[b] * c];
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }
}

/**
 * The lowest and the highest sample of each 400th of a sound; 127 is full scale.
 * @param {Float32Array} waveform
 */
function peaksOf(waveform) {
  const peaks = new Int8Array(2 * PEAKS);
  const at = (/** @type {number} */ i) => Math.floor((i * waveform.length) / PEAKS);
  for (let i = 0; i < PEAKS; i++) {
    const begin = at(i);
    let [lowest, highest] = [waveform[begin], waveform[begin]];
    const end = i + 1 < PEAKS ? at(i + 1) : waveform.length;
    for (let j = begin; j < end; j++) {
      lowest = Math.min(lowest, waveform[j]);
      highest = Math.max(highest, waveform[j]);
    }
    peaks[2 * i] = byte(lowest);
    peaks[2 * i + 1] = byte(highest);
  }
  return peaks;
}

const byte = (/** @type {number} */ value) => Math.max(-127, Math.min(127, Math.round(value * 127)));
