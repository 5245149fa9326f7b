// In what neighbours agree, ranked, with the label among them: what a model may listen to in place of the label.

import { make } from "../core/elements.js";
import { share } from "./lines.js";

/** @import { Knowledge } from "../core/types.d.ts" */
/** @typedef {{name: string, title: string, value: number | null, start: number | null, label: number | null, association: number | null, judged: string}} Row */

/** @param {NonNullable<Knowledge["shortcuts"]>} part */
export function shortcutsShown(part) {
  const { label, agreement, candidates, sentences, note, neighbours, bins, steps } = part;
  if (!steps.length) return [make("p.known-note", {}, note)];
  const own = {
    name: label,
    title: "The label, among neighbours from other sources.",
    value: agreement.at(-1) ?? null,
    start: agreement[0] ?? null,
    label: null,
    association: null,
    judged: "label",
  };
  const others = candidates.map((one) => ({
    name: one.name,
    title: `${one.meaning} Neighbours from ${one.among === "all" ? "anywhere" : one.among}.`,
    value: one.agreement.at(-1) ?? null,
    start: one.agreement[0] ?? null,
    label: one.label,
    association: one.association,
    judged: one.judged,
  }));
  const rows = [own, ...others].sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  const before = steps[0] === 0 ? "random weights" : `step ${steps[0].toLocaleString("en")}`;
  const head = ["column", `agreement of the ${neighbours} nearest`, "now", before, `goes with ${label}`];
  const words =
    `0 is what random neighbours would share, 1 is as much as they can. The line in a bar is ${label} among the same ` +
    `neighbours. Numbers are cut into ${bins} bins of equal size.`;
  return [
    ...sentences.map((sentence) => make("p.known-sentence", {}, sentence)),
    make(
      "div.known-wide",
      {},
      make(
        "table.known-ranked",
        {},
        make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
        make("tbody", {}, ...rows.map(ranked)),
      ),
    ),
    make("p.known-words", {}, words),
    note ? make("p.known-note", {}, note) : null,
  ];
}

/** @param {Row} row */
function ranked({ name, title, value, start, label, association, judged }) {
  const width = (/** @type {number | null} */ part) => `${100 * Math.max(0, Math.min(1, part ?? 0))}%`;
  const bar = make(
    "span.known-bar",
    { "aria-hidden": "true" },
    make("span.known-fill", { style: { width: width(value) } }),
    label === null ? null : make("span.known-tick", { style: { left: width(label) } }),
  );
  return make(
    "tr",
    {
      "data-judged": judged,
      title: label === null ? title : `${title} Among the same neighbours the label: ${share(label)}.`,
    },
    make("th", { scope: "row" }, name),
    make("td.known-bars", {}, bar),
    make("td.known-value", {}, share(value)),
    make("td", {}, share(start)),
    make("td", {}, judged === "label" ? "" : share(association)),
  );
}
