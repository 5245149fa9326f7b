// Telling several listeners of one thing: one that throws is reported, and the others hear of it all the same.

const reported = new WeakSet(); // a listener that fails at every turn is written to the console once

/**
 * Calls each of `listeners` (they may be async) with `news`.
 * @template {unknown[]} News
 * @param {Iterable<(...news: News) => unknown>} listeners
 * @param {News} news
 */
export function tellAll(listeners, ...news) {
  for (const listener of [...listeners]) guarded(listener, ...news);
}

/**
 * Calls `listener` and waits for it; what it throws is reported, and not thrown.
 * @template {unknown[]} News
 * @param {(...news: News) => unknown} listener
 * @param {News} news
 */
export async function guarded(listener, ...news) {
  try {
    await listener(...news);
  } catch (error) {
    if (!reported.has(listener)) console.error(error);
    reported.add(listener);
  }
}
