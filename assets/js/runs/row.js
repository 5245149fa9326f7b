// One row of the table of runs.

import { BASELINES } from "../core/baselines.js";
import { make } from "../core/elements.js";
import { duration, share } from "../core/number_words.js";
import { age, beginningOf, besideSeed, clipped, stateOf } from "./rows.js";

/** @import { RunRow } from "../core/types.d.ts" */
/**
 * What a row asks of its table.
 * @typedef {object} Table
 * @property {boolean} readOnly
 * @property {string | null} renamed  name of the run that is being renamed
 * @property {Set<string>} chosen
 * @property {(name: string) => boolean} isLookedAt
 * @property {(names: string[], chosen: boolean) => void} choose
 * @property {(row: RunRow) => string[]} seedsOf  the runs that differ from it in their seed alone, with its own
 * @property {(name: string) => void} open
 * @property {(row: RunRow) => void} star
 * @property {(name: string | null) => void} edit
 * @property {(name: string, title: string) => void} rename
 */

/**
 * @param {RunRow} row
 * @param {Table} table
 */
export function rowOf(row, table) {
  const { name, title, starred } = row;
  const chosen = table.chosen.has(name);
  const changed = row.changed && table.seedsOf(row).length > 1 ? besideSeed(row) : row.changed;
  const box = make("input", { type: "checkbox", "aria-label": `Choose ${title}`, checked: chosen });
  box.addEventListener("change", () => table.choose([name], box.checked));
  return make(
    "tr",
    { "data-name": name, class: chosen ? "chosen" : null, "aria-current": table.isLookedAt(name) ? "true" : null },
    make("td.runs-choose", {}, box),
    make(
      "td.runs-star",
      {},
      make(
        "button.runs-starred",
        {
          type: "button",
          "aria-pressed": String(starred),
          "aria-label": `Star ${title}`,
          disabled: table.readOnly,
          onclick: () => table.star(row),
        },
        starred ? "★" : "☆",
      ),
    ),
    make("td.runs-name", {}, ...(table.renamed === name ? [field(row, table)] : named(row, table))),
    make("td.runs-data", {}, row.data),
    make(
      "td.runs-changed",
      { title: changed?.join(", ") },
      changed?.length ? clipped(changed).join(", ") : changed ? "" : "…",
    ),
    scoreOf(row),
    make("td.runs-warning", { title: row.warning }, row.warning.split(":")[0]),
    make("td.runs-seconds", {}, duration(row.seconds || null)),
    make("td.runs-begun", { title: beginningOf(row) }, age(row.begun)),
    make("td.runs-state", { "data-state": row.state }, stateOf(row)),
  );
}

/**
 * @param {RunRow} row
 * @param {Table} table
 */
function named(row, table) {
  const { name, title, own_title } = row;
  const about = title === own_title ? name : `${own_title} · ${name}`;
  return [
    make(
      "button.runs-open",
      { type: "button", title: "Look at this run (space ticks it)", onclick: () => table.open(name) },
      title,
    ),
    table.readOnly
      ? null
      : make(
          "button.runs-edit",
          { type: "button", "aria-label": `Rename ${title}`, title: "Rename", onclick: () => table.edit(name) },
          "✎",
        ),
    seedOf(row, table),
    make("span.runs-folder", {}, about),
  ];
}

/**
 * Which seed it has, and a button that chooses the others too; nothing where there are none.
 * @param {RunRow} row
 * @param {Table} table
 */
function seedOf(row, table) {
  const names = table.seedsOf(row);
  if (names.length < 2) return null;
  const all = names.every((name) => table.chosen.has(name));
  const seeds = `its ${names.length} seeds`;
  return make(
    "span.runs-seed",
    {},
    `seed ${row.seed}`,
    make(
      "button.runs-seeds",
      {
        type: "button",
        title: "Choose all runs that differ from this one in their seed alone",
        "aria-label": `Choose ${row.title} with ${seeds}`,
        "aria-pressed": String(all),
        onclick: () => table.choose(names, !all),
      },
      seeds,
    ),
  );
}

/**
 * @param {RunRow} row
 * @param {Table} table
 */
function field({ name, title, own_title }, table) {
  const input = make("input.runs-rename", {
    type: "text",
    maxlength: "80",
    placeholder: own_title,
    "aria-label": `Name of ${title}; Enter keeps it, Escape leaves it as it was`,
    value: title === own_title ? "" : title,
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") table.rename(name, input.value);
    else if (event.key === "Escape") table.edit(null);
    else return;
    event.preventDefault(); // the dialog stays open
    event.stopPropagation();
  });
  return input;
}

/** @type {Record<string, string>} */
const BESIDE = { ...BASELINES, random_init: "random" }; // as short as its place

/** The kNN of the last snapshot, on a scale with what needs no training. @param {RunRow} row */
function scoreOf({ score }) {
  if (!score) return make("td.runs-score");
  const beside = Object.entries(BESIDE).filter(([key]) => score.beside[key] !== undefined);
  const words = beside.map(([key, text]) => `${text} ${share(score.beside[key])}`);
  const best = beside.every(([key]) => score.value > score.beside[key]);
  const at = (/** @type {number} */ value) => `${Math.max(0, Math.min(1, value)) * 100}%`;
  return make(
    `td.runs-score${best ? ".best" : ""}`,
    { title: `Cross-group kNN by ${score.facet}, at step ${score.step.toLocaleString("en")}` },
    make("b", {}, share(score.value)),
    make(
      "span.runs-scale",
      { "aria-hidden": "true" },
      make("span.runs-reached", { style: { width: at(score.value) } }),
      ...beside.map(([key]) => make("span.runs-level", { "data-level": key, style: { left: at(score.beside[key]) } })),
    ),
    make("span.runs-beside", {}, words.join(" · ")),
  );
}
