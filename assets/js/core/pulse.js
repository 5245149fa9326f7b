// The one clock of the page: every follower is asked in turn, one request at a time, and none while nobody looks.

import { guarded } from "./listeners.js";

const TICK_MS = 500;
/** @type {Set<{every: number, last: number, turn: (begun: number) => Promise<void>}>} */
const followers = new Set();
let running = false;

/**
 * Calls `beat()` (may be async) about every `every` ms while `seen()`. Returns what stops it.
 * @param {() => unknown} beat
 * @param {{every?: number, seen?: () => boolean}} options
 */
export function onPulse(beat, { every = TICK_MS, seen = () => true } = {}) {
  const follower = { every, last: -Infinity, turn };
  /** @param {number} begun */
  async function turn(begun) {
    if (!seen()) return;
    follower.last = begun;
    await beat();
  }
  followers.add(follower);
  if (!running) {
    running = true;
    tick();
  }
  return () => followers.delete(follower);
}

/**
 * Whether an element is laid out: hidden tabs of the page are not.
 * @param {HTMLElement} element
 */
export const isSeen = (element) => element.isConnected && element.offsetParent !== null;

async function tick() {
  const begun = performance.now();
  if (!document.hidden) {
    for (const follower of [...followers]) {
      if (begun - follower.last >= follower.every - 50) await guarded(follower.turn, begun);
    }
  }
  setTimeout(tick, Math.max(50, TICK_MS - (performance.now() - begun)));
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) for (const follower of followers) follower.last = -Infinity;
});
