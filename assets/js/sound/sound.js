// The one player of the page: WebAudio, straight from a byte route, one sound at a time.

import { soundKey, source } from "../core/source.js";

const KEPT = 96;
const REST_MS = 10_000; // after which a device that plays nothing is let go: open, it wakes the processor all the time
const buffers = new Map(); // sound key → promise of an AudioBuffer, oldest first
let context = null;
let resting = null;
let current = null; // {sound, key, source, startedAt, offset, duration}
let wanted = 0; // the latest wish wins when several are being fetched

/** Sends "change" whenever something starts or ends, with {ended: sound} if it was heard to its end, "trouble" with {sound, message} when a sound cannot be heard. */
export const player = new EventTarget();

const say = (type, detail) => player.dispatchEvent(new CustomEvent(type, { detail }));

function audio() {
  context ??= new AudioContext({ latencyHint: "interactive" });
  if (context.state === "suspended") context.resume();
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MS);
  return context;
}

function rest() {
  if (current) resting = setTimeout(rest, REST_MS);
  else context.suspend();
}

/** Decoded samples of a sound, kept for the next time. */
export function load(sound) {
  const key = soundKey(sound);
  let buffer = buffers.get(key);
  buffers.delete(key);
  buffer ??= source.sound(sound).then((bytes) => audio().decodeAudioData(bytes));
  buffers.set(key, buffer);
  buffer.catch(() => buffers.delete(key));
  if (buffers.size > KEPT) buffers.delete(buffers.keys().next().value);
  return buffer;
}

/** Plays from `offset` seconds; `asked` is the time of the user's gesture, to know how long it took. `then` is called
 *  when the sound was heard to its end, and not when it was stopped or gave way to another. */
export async function play(sound, { offset = 0, asked = performance.now(), then = () => {} } = {}) {
  const wish = ++wanted;
  audio();
  try {
    const buffer = await load(sound);
    if (wish === wanted) begin(sound, buffer, { offset, asked, then });
  } catch (error) {
    if (wish === wanted) say("trouble", { sound, message: error.status ? error.message : readable(error) });
  }
}

const readable = (error) =>
  error.name === "EncodingError" ? "This sound cannot be decoded." : error.message || "This sound cannot be heard.";

/** Plays sounds one after the other; whatever else is played or stopped meanwhile ends it. */
export function playInTurn([first, ...rest], { asked } = {}) {
  for (const sound of rest) load(sound).catch(() => {});
  play(first, { asked, then: () => rest.length && playInTurn(rest) });
}

function begin(sound, buffer, { offset, asked, then }) {
  silence();
  const source = audio().createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  const from = offset >= buffer.duration ? 0 : Math.max(0, offset);
  current = { sound, key: soundKey(sound), source, startedAt: context.currentTime - from, duration: buffer.duration };
  const mine = current;
  source.onended = () => {
    if (current === mine) {
      current = null;
      say("change", { ended: sound });
      then();
    }
  };
  source.start(0, from);
  const milliseconds = performance.now() - asked;
  say("change");
  document.dispatchEvent(new CustomEvent("hearsight:sound", { detail: { key: mine.key, milliseconds } }));
}

function silence() {
  if (!current) return;
  current.source.onended = null;
  current.source.stop();
  current = null;
}

/** Ends this sound if it is the one that is heard; another that is about to begin is let be. */
export function leave(sound) {
  if (!isPlaying(sound)) return;
  silence();
  say("change");
}

export function stop() {
  wanted++;
  silence();
  say("change");
}

export const isPlaying = (sound) => current !== null && current.key === soundKey(sound);

/** Seconds into the sound that is playing, or null. */
export function position(sound) {
  if (!isPlaying(sound)) return null;
  return Math.min(current.duration, Math.max(0, context.currentTime - current.startedAt));
}

export function toggle(sound, options) {
  if (isPlaying(sound)) stop();
  else play(sound, options);
}
