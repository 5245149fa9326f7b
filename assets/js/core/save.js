// Has the browser keep a file that the page made.

import { make } from "./elements.js";

const KEPT_MS = 60_000; // a browser may ask first where to

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
