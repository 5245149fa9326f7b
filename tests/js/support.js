// What modules of the page look for when they are loaded, for tests without a browser.

import { after } from "node:test";

/** Stands in for the page: light or dark, at an address, with nothing on it. */
export function pretendPage({ dark = false, address = "http://127.0.0.1/" } = {}) {
  const body = { dataset: {}, classList: { contains: (/** @type {string} */ name) => name === "dark" && dark } };
  const document = Object.assign(new EventTarget(), {
    hidden: false,
    baseURI: address,
    body,
    querySelector: () => null,
  });
  class Observer {
    observe() {}
  }
  const matchMedia = () => ({ matches: false });
  const window = Object.assign(new EventTarget(), { matchMedia, location: new URL(address) });
  const requestAnimationFrame = (/** @type {() => void} */ draw) => setTimeout(draw);
  Object.assign(globalThis, { document, window, requestAnimationFrame, MutationObserver: Observer });
}

/** @type {Set<NodeJS.Timeout>} */
const timers = new Set();
const begin = globalThis.setTimeout;
let over = false;

// The page's clock never stops. Timers that are left keep no process from ending, once all of its file's tests are over.
globalThis.setTimeout = /** @type {typeof setTimeout} */ (
  (/** @type {Parameters<typeof setTimeout>} */ ...given) => {
    const timer = begin(...given);
    if (over) timer.unref();
    else timers.add(timer);
    return timer;
  }
);
after(() => {
  over = true;
  for (const timer of timers) timer.unref();
});
