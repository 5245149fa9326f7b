// A table as a file for spreadsheets.

const FORMULA = /^[=+\-@\t\r\n]/;
const MARK = "\ufeff"; // by which spreadsheets know UTF-8

/**
 * The text of a CSV file; no cell is taken for a formula.
 * @param {(string | number | null | undefined)[][]} lines  the heading first
 */
export function csvText(lines) {
  return `${MARK}${lines.map((cells) => `${cells.map(cell).join(",")}\n`).join("")}`;
}

/** @param {string | number | null | undefined} value */
function cell(value) {
  if (typeof value !== "string") return value ?? "";
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
