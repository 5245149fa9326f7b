// Gradio's tabs by the keyboard, as ARIA asks: the row of tabs is one stop, arrows, Home and End move within it.

import { targetOf } from "./elements.js";

/** @type {Record<string, (at: number, count: number) => number>} */
const MOVES = {
  ArrowLeft: (at, count) => (at + count - 1) % count,
  ArrowRight: (at, count) => (at + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * The tabs of the row that an event came from, and which of them it was.
 * @param {Event} event
 */
function rowOf(event) {
  const tab = /** @type {HTMLElement | null} */ (targetOf(event).closest?.("[role=tab]") ?? null);
  const row = tab?.closest("[role=tablist]");
  const tabs = /** @type {HTMLElement[]} */ (row ? [...row.querySelectorAll("[role=tab]:not([disabled])")] : []);
  return { tabs, at: tab ? tabs.indexOf(tab) : -1 };
}

document.addEventListener("keydown", (event) => {
  const move = event.altKey || event.ctrlKey || event.metaKey ? undefined : MOVES[event.key];
  const { tabs, at } = rowOf(event);
  if (!move || at < 0) return;
  const next = tabs[move(at, tabs.length)];
  event.preventDefault();
  next.click();
  next.focus();
});

document.addEventListener("focusin", (event) => {
  const { tabs, at } = rowOf(event);
  for (const [i, tab] of tabs.entries()) tab.tabIndex = i === at ? 0 : -1;
});
