// The rows of the table of runs: put in order, filtered, and said in words.

import { counted, share } from "../core/number_words.js";
import { repeated } from "../core/repeated.js";

/** @import { RunRow } from "../core/types.d.ts" */
/** @typedef {"starred" | "title" | "data" | "changed" | "score" | "warning" | "seconds" | "begun" | "state"} ColumnName */

/** The run that comes along, of nobody's own. See training/run/example.py. */
export const EXAMPLE = "example";

/** What a state is called in a list. @type {Record<string, string>} */
const STATES = { disk_full: "disk full", exported: "exported while training" };
const UNITS = /** @type {const} */ ([
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]);
/** @type {Intl.DateTimeFormatOptions} */
const MOMENT = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
const CLIPPED = 4; // settings that are named of one run
const WAITED_SECONDS = 60; // less is no wait: a trainer needs some to begin

/** @type {(row: RunRow) => string} */
export const stateOf = ({ state }) => STATES[state] ?? state;

/**
 * How long ago a moment was, in one word or two.
 * @param {number | null} begun Unix time
 * @param {number} [now]
 */
export function age(begun, now = Date.now() / 1000) {
  if (begun === null) return "";
  const seconds = now - begun;
  const found = UNITS.find(([, length]) => seconds >= length);
  if (!found) return "just now";
  return `${counted(Math.floor(seconds / found[1]), found[0])} ago`;
}

/**
 * When a run began, and when it was asked for where it had to wait.
 * @param {Pick<RunRow, "begun" | "planned">} row
 */
export function beginningOf({ begun, planned }) {
  const date = (/** @type {number} */ seconds) => new Date(1000 * seconds).toLocaleString();
  const waited = planned !== null && (begun === null || begun - planned >= WAITED_SECONDS);
  return [begun !== null && date(begun), waited && `asked for ${date(planned)}`].filter(Boolean).join(", ");
}

/** How old a run is; the example, which nobody began here, is called that. @type {(row: RunRow, now?: number) => string} */
const oldOf = ({ name, begun }, now) => (name === EXAMPLE ? "the example" : age(begun, now));

/**
 * A run in one line, each thing once: what it is, how good, where it stands, how old.
 * @param {RunRow} row
 * @param {number} [now] Unix time
 */
export function lineOf(row, now) {
  const score = row.score ? `kNN ${share(row.score.value)}` : "";
  return [row.title, row.data, score, stateOf(row), oldOf(row, now)].filter(Boolean).join(" · ");
}

/** What a run is called in a sentence. @type {(row: RunRow) => string} */
export const nameOf = ({ title, data }) => [title, data].filter(Boolean).join(" · ");

/**
 * What a run is called where its state and score are seen beside it.
 * @param {RunRow} row
 * @param {number} [now] Unix time
 */
export const shortOf = (row, now) => [nameOf(row), oldOf(row, now)].filter(Boolean).join(" · ");

/**
 * Every run by its name as `say` says it; those that would read the same are told apart by when they began, or were asked for,
 * and by their folders where that doesn't.
 * @param {RunRow[]} rows
 * @param {(row: RunRow) => string} say
 * @returns {Map<string, string>}
 */
export function toldApart(rows, say) {
  const lines = rows.map(say);
  const timed = rows.map((row, i) => [lines[i], momentOf(row)].filter(Boolean).join(" · "));
  const [several, still] = [lines, timed].map((all) => new Set(repeated(all, (line) => line)));
  const apart = rows.map(({ name }, i) => (still.has(timed[i]) ? `${lines[i]} · ${name}` : timed[i]));
  return new Map(rows.map(({ name }, i) => [name, several.has(lines[i]) ? apart[i] : lines[i]]));
}

/** When a run began, or was asked for: "30 Nov, 14:05:07". @param {RunRow} row */
function momentOf({ begun, planned }) {
  const moment = begun ?? planned;
  return moment === null ? "" : new Date(1000 * moment).toLocaleString("en-GB", MOMENT);
}

/** What was changed in a run but the seed, where that has its own word. @param {RunRow} row */
export const besideSeed = ({ changed }) => (changed ?? []).filter((words) => !/^seed \d+$/.test(words));

/**
 * Runs that are laid over each other, by name: each as it is called, and by its data, settings and seed where these are not what
 * all of them have. Those that would still read the same are told apart as `toldApart` does.
 * @param {RunRow[]} rows
 * @param {number} [now] Unix time
 */
export function besideOthers(rows, now) {
  const about = (/** @type {RunRow} */ row) => [row.data, row.seed === null ? "" : `seed ${row.seed}`];
  const every = rows.map((row) => [...about(row), ...besideSeed(row)]);
  const own = (/** @type {string} */ part) => part && !every.every((parts) => parts.includes(part));
  const said = new Map(
    rows.map((row) => [
      row,
      [row.title, ...about(row).filter(own), ...clipped(besideSeed(row).filter(own))].join(" · "),
    ]),
  );
  const times = (/** @type {RunRow} */ row) => rows.filter((other) => said.get(other) === said.get(row)).length;
  return toldApart(rows, (row) => [said.get(row), times(row) > 1 && age(row.begun, now)].filter(Boolean).join(" · "));
}

/** The first of some settings, and how many more there are. @param {string[]} settings */
export function clipped(settings) {
  const more = settings.length - CLIPPED;
  return [...settings.slice(0, CLIPPED), ...(more > 0 ? [`${more} more`] : [])];
}

/**
 * Rows in which each of the words stands somewhere.
 * @template {RunRow} Row
 * @param {Row[]} rows
 * @param {string} typed
 */
export function matching(rows, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const { name, title, own_title, data, changed, seed, warning } = row;
    const said = [...(changed ?? []), seed === null ? "" : `seed ${seed}`];
    const text = [name, title, own_title, data, ...said, warning, stateOf(row)].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * Runs that differ in their seed alone, in their order, by what is the same of them.
 * @param {RunRow[]} rows
 */
export function repeatsOf(rows) {
  /** @type {Map<string, RunRow[]>} */
  const found = new Map();
  for (const row of rows) {
    if (row.repeats === null) continue;
    const alike = found.get(row.repeats);
    if (alike) alike.push(row);
    else found.set(row.repeats, [row]);
  }
  return found;
}

/**
 * The names of the runs that differ from this one in their seed alone, by seed, with its own; of several with one seed the newest.
 * @param {RunRow} row
 * @param {Map<string, RunRow[]>} repeats as `repeatsOf` has them of rows of which the newest come first
 */
export function seedsOf(row, repeats) {
  const alike = repeats.get(row.repeats ?? "") ?? [];
  /** @type {Map<number, string>} */
  const named = new Map();
  for (const { seed, name } of [...alike.toReversed(), row]) if (seed !== null) named.set(seed, name);
  return [...named].sort(([a], [b]) => a - b).map(([, name]) => name);
}

/** What rows are sorted by; null stands for nothing, which comes last in either direction. */
const KEYS = /** @type {Record<ColumnName, (row: RunRow) => string | number | null>} */ ({
  starred: ({ starred }) => Number(starred),
  title: ({ title }) => title.toLowerCase(),
  data: ({ data }) => data.toLowerCase() || null,
  changed: ({ changed }) => (changed?.length ? changed.join().toLowerCase() : null),
  score: ({ score }) => score?.value ?? null,
  warning: ({ warning }) => warning || null,
  seconds: ({ seconds }) => seconds || null,
  begun: ({ begun, planned }) => begun ?? planned,
  state: (row) => stateOf(row),
});
/** Columns of which the largest is looked for first. @type {Set<ColumnName>} */
export const DOWN_FIRST = new Set(["starred", "score", "seconds", "begun"]);

/**
 * @template {RunRow} Row
 * @param {Row[]} rows
 * @param {ColumnName} by
 * @param {boolean} down
 */
export function sorted(rows, by, down) {
  const key = KEYS[by];
  const order = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === y) return 0;
    if (x === null || y === null) return x === null ? 1 : -1;
    return x < y ? -order : order;
  });
}
