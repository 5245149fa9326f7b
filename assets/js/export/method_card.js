// The card of a run's method and the run's settings, for a page that has no tab of methods.

import { make } from "../core/elements.js";

/** @import { MethodCard, Scalar } from "../core/types.d.ts" */

/** @param {Promise<MethodCard>} asked */
export function methodCard(asked) {
  const box = make("div.part.export-card");
  asked.then(
    (card) => box.append(...told(card)),
    (error) => box.append(make("p", {}, error.message)),
  );
  return box;
}

/** @param {MethodCard} card */
const told = (card) => [
  make("h3", {}, card.title),
  make("p.export-faint", {}, `${card.family}, ${card.year}. `, ...linked(card.paper)),
  make("p", {}, ...linked(card.summary)),
  make("div.export-formula", {}, ...card.formula.map(drawn)),
  make(
    "ul.export-symbols",
    {},
    ...(card.symbols ?? []).map(([sign, meaning]) => make("li", {}, drawn(sign), `: ${meaning}`)),
  ),
  ...[
    ["Prevents collapse", card.prevents_collapse],
    ["Breaks when", card.breaks],
  ]
    .filter(([, words]) => words)
    .map(([title, words]) => make("p", {}, make("strong", {}, `${title}: `), ...linked(words))),
];

/**
 * A text with every number of arXiv as a link.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
const linked = (text) =>
  text
    .split(/(arXiv \d{4}\.\d{4,5})/)
    .map((part, i) =>
      i % 2
        ? make("a", { href: `https://arxiv.org/abs/${part.slice(6)}`, target: "_blank", rel: "noopener" }, part)
        : part,
    );

/** A statement or a symbol of a formula as an element of the page. @param {string} mathml */
const drawn = (mathml) =>
  document.importNode(new DOMParser().parseFromString(mathml, "text/xml").documentElement, true);

/** @param {Record<string, Scalar | Record<string, Scalar>>} settings */
export function settingsTable(settings) {
  const rows = Object.entries(settings).flatMap(([name, value]) =>
    value !== null && typeof value === "object"
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
      : [[name, value]],
  );
  const cells = rows.map(([name, value]) =>
    make("tr", {}, make("th", { scope: "row" }, String(name)), make("td", {}, value === null ? "–" : String(value))),
  );
  return make("details.part.export-settings", {}, make("summary", {}, "Settings"), make("table", {}, ...cells));
}
