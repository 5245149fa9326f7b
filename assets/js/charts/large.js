// One small chart at a time opened large: it lies over the page until it is closed by its button, by Escape, or from beside.

import { icon, make } from "../core/elements.js";

/** @typedef {{box: HTMLElement, open: (large: boolean) => void}} Opened */

/** @type {Opened | null} */
let opened = null;
const shade = make("div.chart-shade", { onclick: () => close() });
const button = make(
  "button.round.chart-close",
  { type: "button", "aria-label": "Close the large chart", onclick: () => close() },
  icon("close"),
);

/** @param {Opened} chart */
export function enlarge(chart) {
  if (opened) return;
  opened = chart;
  document.body.append(shade);
  chart.box.classList.add("large");
  chart.box.append(button);
  chart.open(true);
  button.focus();
}

export function close() {
  if (!opened) return;
  const { box, open } = opened;
  opened = null;
  shade.remove();
  button.remove();
  box.classList.remove("large");
  open(false);
  /** @type {HTMLElement | null} */ (box.querySelector(".chart-open"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
