// The one player of the page: WebAudio, straight from a byte route, one sound at a time.

import { tellAll } from "../core/listeners.js";
import { Recent } from "../core/recent.js";
import { soundKey, source } from "../core/source.js";

const KEPT = 96;
const AHEAD = 4; // sounds of a row that are fetched before their turn
const REST_MS = 10_000; // after which a device that plays nothing is let go: open, it wakes the processor all the time

/** @import { Refusal, Sound } from "../core/types.d.ts" */
/** @typedef {{offset?: number, asked?: number, onEnd?: () => unknown}} Playing */
/** @typedef {{sound: Sound, key: string, source: AudioBufferSourceNode, startedAt: number, duration: number}} Current */

/** @type {Recent<AudioBuffer>} */
const buffers = new Recent(KEPT);
/** @type {AudioContext | null} */
let context = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
/** @type {Current | null} */
let current = null;
let wanted = 0; // the latest wish wins when several are being fetched
/** @type {string | null} */
let pending = null; // the key of the sound that is asked for and not yet heard

/** @type {Set<(ended: Sound | null) => unknown>} */
const followers = new Set();
/** @type {Set<(trouble: {sound: Sound, message: string}) => unknown>} */
const worriers = new Set();

/**
 * Calls `listener` whenever something starts or ends, with the sound if it was heard to its end.
 * @param {(ended: Sound | null) => unknown} listener
 */
export const onPlaying = (listener) => followers.add(listener);

/**
 * Calls `listener` when a sound cannot be heard.
 * @param {(trouble: {sound: Sound, message: string}) => unknown} listener
 */
export const onTrouble = (listener) => worriers.add(listener);

/** @param {Sound | null} [ended] */
const tell = (ended = null) => tellAll(followers, ended);

function audio() {
  context ??= new AudioContext({ latencyHint: "interactive" });
  if (context.state === "suspended") context.resume();
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MS);
  return context;
}

function rest() {
  if (current) resting = setTimeout(rest, REST_MS);
  else context?.suspend();
}

/**
 * Decoded samples of a sound, kept for the next time.
 * @param {Sound} sound
 */
export const load = (sound) =>
  buffers.get(soundKey(sound), () => source.sound(sound).then((bytes) => audio().decodeAudioData(bytes)));

/**
 * Plays from `offset` seconds; `asked` is the time of the user's gesture, to know how long it took. `onEnd` is called
 * when the sound was heard to its end, and not when it was stopped or gave way to another.
 * @param {Sound} sound
 * @param {Playing} options
 */
export async function play(sound, { offset = 0, asked = performance.now(), onEnd = () => {} } = {}) {
  const wish = ++wanted;
  pending = soundKey(sound);
  audio();
  tell();
  try {
    const buffer = await load(sound);
    if (wish !== wanted) return;
    pending = null;
    begin(sound, buffer, { offset, asked, onEnd });
  } catch (error) {
    if (wish !== wanted) return;
    pending = null;
    tell();
    tellAll(worriers, { sound, message: readable(/** @type {Refusal} */ (error)) });
  }
}

/** @param {Refusal} error */
const readable = (error) =>
  error.name === "EncodingError" ? "This sound cannot be decoded." : error.message || "This sound cannot be heard.";

/**
 * Plays sounds one after the other; whatever else is played or stopped meanwhile ends it.
 * @param {Sound[]} sounds
 * @param {{asked?: number}} options
 */
export function playInTurn([first, ...rest], { asked } = {}) {
  for (const sound of rest.slice(0, AHEAD)) load(sound).catch(() => {});
  play(first, { asked, onEnd: () => rest.length && playInTurn(rest) });
}

/**
 * @param {Sound} sound
 * @param {AudioBuffer} buffer
 * @param {Required<Playing>} options
 */
function begin(sound, buffer, { offset, asked, onEnd }) {
  silence();
  const device = audio();
  const source = device.createBufferSource();
  source.buffer = buffer;
  source.connect(device.destination);
  const from = offset >= buffer.duration ? 0 : Math.max(0, offset);
  current = { sound, key: soundKey(sound), source, startedAt: device.currentTime - from, duration: buffer.duration };
  const mine = current;
  source.onended = () => {
    if (current === mine) {
      current = null;
      tell(sound);
      onEnd();
    }
  };
  source.start(0, from);
  const milliseconds = performance.now() - asked;
  tell();
  document.dispatchEvent(new CustomEvent("hearsight:sound", { detail: { key: mine.key, milliseconds } }));
}

function silence() {
  if (!current) return;
  current.source.onended = null;
  current.source.stop();
  current = null;
}

/**
 * Ends this sound if it is the one that is heard; another that is about to begin is let be.
 * @param {Sound} sound
 */
export function leave(sound) {
  if (!isPlaying(sound)) return;
  silence();
  tell();
}

export function stop() {
  wanted++;
  pending = null;
  silence();
  tell();
}

/**
 * Whether this sound is asked for and still being fetched, or made.
 * @param {Sound} sound
 */
export const isPending = (sound) => pending === soundKey(sound);

/** @param {Sound} sound */
export const isPlaying = (sound) => current !== null && current.key === soundKey(sound);

/**
 * Seconds into the sound that is playing, or null.
 * @param {Sound} sound
 */
export function position(sound) {
  if (!context || !current || !isPlaying(sound)) return null;
  return Math.min(current.duration, Math.max(0, context.currentTime - current.startedAt));
}

/**
 * @param {Sound} sound
 * @param {Playing} [options]
 */
export function toggle(sound, options) {
  if (isPlaying(sound)) stop();
  else play(sound, options);
}
