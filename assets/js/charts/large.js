// One small chart at a time opened large: it lies over the page until it is closed by its button, by Escape, or from beside.

import { icon, make } from "../core/elements.js";

/** @typedef {{box: HTMLElement, open: (large: boolean) => void}} Opened */

const DIALOG = { role: "dialog", "aria-modal": "true" };

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
  for (const [name, value] of Object.entries(DIALOG)) chart.box.setAttribute(name, value);
  chart.box.append(button);
  chart.open(true);
  button.focus();
}

/** Makes the chart small again; the focus goes back to what opened it. */
function close() {
  if (!opened) return;
  const { box, open } = opened;
  opened = null;
  shade.remove();
  button.remove();
  box.classList.remove("large");
  for (const name in DIALOG) box.removeAttribute(name);
  open(false);
  /** @type {HTMLElement | null} */ (box.querySelector(".chart-open"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key !== "Tab" || !opened) return;
  event.preventDefault(); // what lies under the shade is out of reach, and the chart has no other control
  button.focus();
});
