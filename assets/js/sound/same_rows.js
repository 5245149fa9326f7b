// Rows of one list that read the same are told apart by their files: two clips of one label and one speaker are two recordings.

import { repeated } from "../core/repeated.js";

/** @import { ClipRow } from "../core/types.d.ts" */

/**
 * The files by which rows are told apart that would read the same: their names, or the path where these are the same too, without
 * a first folder that says the label once more.
 * @param {ClipRow[]} rows
 * @returns {Map<ClipRow, string>} of those rows alone
 */
export function filesApart(rows) {
  const alike = repeated(rows, ({ label = "", note = "" }) => `${label}\n${note}`).filter(({ file }) => file);
  const namesakes = new Set(repeated(alike, nameOf));
  return new Map(alike.map((row) => [row, namesakes.has(row) ? pathOf(row) : nameOf(row)]));
}

/** @param {ClipRow} row */
const nameOf = ({ file = "" }) => file.split("/").pop() ?? "";

/** @param {ClipRow} row */
const pathOf = ({ label = "", file = "" }) => (file.startsWith(`${label}/`) ? file.slice(label.length + 1) : file);
