// The table of runs as a file for spreadsheets.

import { BASELINES } from "../core/baselines.js";

/** @import { RunRow } from "../core/types.d.ts" */

const FORMULA = /^[=+\-@\t\r\n]/;
const MARK = "\ufeff"; // by which spreadsheets know UTF-8

/** @type {[column: string, of: (row: RunRow) => string | number | null | undefined][]} */
const COLUMNS = [
  ["run", (row) => row.name],
  ["title", (row) => row.title],
  ["method", (row) => row.method],
  ["without", (row) => row.breaks.join("; ")],
  ["data", (row) => row.data],
  ["changed", (row) => row.changed?.join("; ")],
  ["seed", (row) => row.seed],
  ["facet", (row) => row.score?.facet],
  ["best_knn", (row) => row.score?.value],
  ["best_knn_step", (row) => row.score?.step],
  ...Object.keys(BASELINES).map(
    (name) => /** @type {[string, (row: RunRow) => number | undefined]} */ ([name, (row) => row.score?.beside[name]]),
  ),
  ["warning", (row) => row.warning],
  ["seconds", (row) => row.seconds],
  ["begun", (row) => (row.begun === null ? null : new Date(1000 * row.begun).toISOString())],
  ["state", (row) => row.state],
];

/** A row for each run, in the order given; no cell is taken for a formula. @param {RunRow[]} rows */
export function csvOf(rows) {
  const lines = [COLUMNS.map(([column]) => column), ...rows.map((row) => COLUMNS.map(([, of]) => cell(of(row))))];
  return `${MARK}${lines.map((cells) => `${cells.join(",")}\n`).join("")}`;
}

/** @param {string | number | null | undefined} value */
function cell(value) {
  if (typeof value !== "string") return value ?? "";
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
