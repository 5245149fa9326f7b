// One small chart at a time opened large: it lies over the page until it is closed by its button, by Escape, or from beside.

import { icon, make } from "../core/elements.js";

/** @typedef {"svg" | "csv"} Kind */
/** @typedef {{box: HTMLElement, open: (large: boolean) => void, take: (kind: Kind) => void}} Opened */

const LARGE = { role: "dialog", "aria-modal": "true" };

/** @type {Opened | null} */
let opened = null;
const shade = make("div.chart-shade", { onclick: () => close() });
const closing = make(
  "button.round.chart-close",
  { type: "button", "aria-label": "Close the large chart", onclick: () => close() },
  icon("close"),
);
const controls = make(
  "div.chart-controls",
  {},
  taking("svg", "SVG", "This chart as a drawing"),
  taking("csv", "CSV", "The curves as they are drawn, as a table"),
  closing,
);

/**
 * @param {Kind} kind
 * @param {string} words
 * @param {string} title
 */
function taking(kind, words, title) {
  return make("button.plain", { type: "button", title, onclick: () => opened?.take(kind) }, words);
}

/** @param {Opened} chart */
export function enlarge(chart) {
  if (opened) return;
  opened = chart;
  document.body.append(shade);
  chart.box.classList.add("large");
  for (const [name, value] of Object.entries(LARGE)) chart.box.setAttribute(name, value);
  chart.box.append(controls);
  chart.open(true);
  closing.focus();
}

/** A chart goes from the page: large or not, nothing of it stays. @param {HTMLElement} box */
export function gone(box) {
  if (opened?.box === box) close();
}

/** Makes the chart small again; the focus goes back to what opened it. */
function close() {
  if (!opened) return;
  const { box, open } = opened;
  opened = null;
  shade.remove();
  controls.remove();
  box.classList.remove("large");
  box.removeAttribute("aria-modal");
  box.setAttribute("role", "figure");
  open(false);
  /** @type {HTMLElement | null} */ (box.querySelector(".chart-open"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key !== "Tab" || !opened) return;
  event.preventDefault(); // what lies under the shade is out of reach
  const all = /** @type {HTMLElement[]} */ ([...controls.children]);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  all.at((at + (event.shiftKey ? -1 : 1)) % all.length)?.focus();
});
