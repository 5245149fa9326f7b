// The heads of the table of runs: its columns, by which it is sorted, and the box that chooses all that are listed. On a phone,
// where there are no heads, a list of the columns stands for them.

import { make } from "../core/elements.js";

/** @import { RunRow } from "../core/types.d.ts" */
/** @import { ColumnName } from "./rows.js" */
/**
 * What the heads ask of their table.
 * @typedef {object} SortedTable
 * @property {ColumnName} by
 * @property {boolean} down
 * @property {Set<string>} chosen
 * @property {(by: ColumnName) => void} sortBy
 * @property {() => void} draw
 */

/** @type {[ColumnName, string, string][]} name, title, hint */
const COLUMNS = [
  ["starred", "★", "Starred ones first"],
  ["title", "Run", ""],
  ["data", "Data", ""],
  ["changed", "Changed", "Settings that differ from the defaults of the method"],
  ["score", "Last kNN", "Cross-group kNN of the main facet at the last snapshot, beside what needs no training"],
  ["warning", "Warning", ""],
  ["seconds", "Trained", "How long"],
  ["begun", "Begun", ""],
  ["state", "State", ""],
];

export class Heads {
  /** @param {SortedTable} table */
  constructor(table) {
    this.table = table;
    this.row = make("tr");
    this.order = make("select", { onchange: () => table.sortBy(/** @type {ColumnName} */ (this.order.value)) });
    this.order.append(...COLUMNS.map(([name, title]) => make("option", { value: name }, title)));
  }

  /** @param {RunRow[]} rows that are listed */
  draw(rows) {
    const { table } = this;
    const all = make("input", { type: "checkbox", "aria-label": "Choose all that are shown" });
    all.checked = rows.length > 0 && rows.every(({ name }) => table.chosen.has(name));
    all.addEventListener("change", () => {
      table.chosen = new Set(all.checked ? rows.map(({ name }) => name) : []);
      table.draw();
    });
    const heads = COLUMNS.map(([name, title, hint]) => {
      const sort = name === table.by ? (table.down ? "descending" : "ascending") : null;
      const button = make("button", { type: "button", title: hint, onclick: () => table.sortBy(name) }, title);
      if (name === "starred") button.setAttribute("aria-label", "Star");
      return make("th", { scope: "col", "aria-sort": sort }, button);
    });
    const focused = [...this.row.children].findIndex((head) => head.contains(document.activeElement));
    this.row.replaceChildren(make("th.runs-choose", { scope: "col" }, all), ...heads);
    if (focused >= 0) /** @type {HTMLElement} */ (this.row.children[focused].querySelector("input, button")).focus();
    this.order.value = table.by;
  }
}
