// Light or dark, and the colours that canvases and charts need as values (they cannot read CSS variables).

import { tellAll } from "./listeners.js";

export const isDark = () => document.body.classList.contains("dark");

/**
 * A colour of the style sheet, by its name there without the "--h-".
 * @param {string} name
 */
export function colour(name) {
  return getComputedStyle(document.body).getPropertyValue(`--h-${name}`).trim() || "#888";
}

/** @type {Set<() => unknown>} */
const listeners = new Set();

/**
 * Calls `listener` when the page changes between light and dark. Returns what stops it.
 * @param {() => unknown} listener
 */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let dark = isDark();
new MutationObserver(() => {
  if (isDark() === dark) return;
  dark = isDark();
  tellAll(listeners);
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
