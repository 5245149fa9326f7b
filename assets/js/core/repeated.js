// Rows of a list that read the same.

/**
 * Those rows of which `say` says what it says of another one too.
 * @template Row
 * @param {Row[]} rows
 * @param {(row: Row) => string} say
 */
export function repeated(rows, say) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const row of rows) times.set(say(row), (times.get(say(row)) ?? 0) + 1);
  return rows.filter((row) => (times.get(say(row)) ?? 0) > 1);
}
