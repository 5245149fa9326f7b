// Phones record in formats that their browsers read and the server doesn't, such as m4a: what is chosen as a sound is sent as
// a wav then. What the browser can't read goes to the server as it is, which says why it can't be used.

import { targetOf } from "./elements.js";

const OF_PHONES = /\.(m4a|mp4|aac|3gp|amr|webm)$/i;
const MOST_BYTES = 5e6; // of a few minutes: what is longer is refused anyway, and takes much memory as samples
const RATE = 48_000; // hertz; the browser resamples to it
const HEADER_BYTES = 44;

/**
 * A mono wav of 16 bit.
 * @param {Float32Array[]} channels of samples from −1 to 1
 * @param {number} rate in hertz
 */
export function asWav(channels, rate) {
  const frames = channels[0].length;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + 2 * frames));
  const word = (/** @type {number} */ at, /** @type {string} */ letters) => {
    for (let i = 0; i < letters.length; i++) view.setUint8(at + i, letters.charCodeAt(i));
  };
  word(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + 2 * frames, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // bytes of the format
  view.setUint16(20, 1, true); // whole numbers
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, 2 * frames, true);
  for (let i = 0; i < frames; i++) {
    const mean = channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length;
    view.setInt16(HEADER_BYTES + 2 * i, Math.round(Math.max(-1, Math.min(1, mean)) * 32_767), true);
  }
  return view.buffer;
}

/** @param {File} file */
async function readable(file) {
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
  return new File([asWav(channels, RATE)], file.name.replace(/\.\w+$/, ".wav"), { type: "audio/wav" });
}

/** Files that were looked at already. @type {WeakSet<File>} */
const seen = new WeakSet();

document.addEventListener(
  "change",
  async (event) => {
    const input = /** @type {HTMLInputElement} */ (targetOf(event));
    const file = input.matches(".sound-drop input[type=file][accept*=audio]") ? input.files?.[0] : undefined;
    if (!file || seen.has(file) || !OF_PHONES.test(file.name) || file.size > MOST_BYTES) return;
    event.stopImmediatePropagation();
    const given = await readable(file).catch(() => file);
    seen.add(given);
    const files = new DataTransfer();
    files.items.add(given);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  },
  true,
);
