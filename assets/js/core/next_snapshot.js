// What can't be shown of a run before its first snapshot, or before another one, is asked for again when that is there.

import { feedOf } from "./feed.js";

/**
 * Calls `then` once, when the run has more snapshots than now and `element` can be seen. Returns what gives up waiting.
 * @param {string} run
 * @param {HTMLElement} element
 * @param {() => unknown} then
 * @returns {() => void}
 */
export function atNextSnapshot(run, element, then) {
  const feed = feedOf(run);
  const before = feed.layouts?.snapshots ?? 0;
  const stop = feed.follow("layouts", element, ({ layouts }) => {
    if ((layouts?.snapshots ?? 0) <= before) return; // as what is told at once
    stop();
    then();
  });
  return stop;
}
