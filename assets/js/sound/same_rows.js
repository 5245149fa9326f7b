// Rows of one list that read the same are told apart by their files: two clips of one label and one speaker are two recordings.

/** @import { ClipRow } from "../core/types.d.ts" */

/**
 * The files by which rows are told apart that would read the same: their names, or all of the path where these are the same too.
 * @param {ClipRow[]} rows
 * @returns {Map<ClipRow, string>} of those rows alone
 */
export function filesApart(rows) {
  const alike = repeated(rows, ({ label = "", note = "" }) => `${label}\n${note}`).filter(({ file }) => file);
  const namesakes = new Set(repeated(alike, nameOf));
  return new Map(alike.map((row) => [row, namesakes.has(row) ? (row.file ?? "") : nameOf(row)]));
}

/**
 * Those rows of which `say` says what it says of another one too.
 * @param {ClipRow[]} rows
 * @param {(row: ClipRow) => string} say
 */
function repeated(rows, say) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const row of rows) times.set(say(row), (times.get(say(row)) ?? 0) + 1);
  return rows.filter((row) => (times.get(say(row)) ?? 0) > 1);
}

/** @param {ClipRow} row */
const nameOf = ({ file = "" }) => file.split("/").pop() ?? "";
