// What modules of the page look for when they are loaded, for tests without a browser.

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
