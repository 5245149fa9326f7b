// The table of runs as a file for spreadsheets.

import { BASELINES } from "../core/baselines.js";
import { csvText } from "../core/csv.js";

/** @import { RunRow } from "../core/types.d.ts" */

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
  ["knn", (row) => row.score?.value],
  ["knn_step", (row) => row.score?.step],
  ...Object.keys(BASELINES).map(
    (name) => /** @type {[string, (row: RunRow) => number | undefined]} */ ([name, (row) => row.score?.beside[name]]),
  ),
  ["warning", (row) => row.warning],
  ["seconds", (row) => row.seconds],
  ["begun", (row) => (row.begun === null ? null : new Date(1000 * row.begun).toISOString())],
  ["state", (row) => row.state],
];

/** A row for each run, in the order given. @param {RunRow[]} rows */
export function csvOf(rows) {
  return csvText([COLUMNS.map(([column]) => column), ...rows.map((row) => COLUMNS.map(([, of]) => of(row)))]);
}
