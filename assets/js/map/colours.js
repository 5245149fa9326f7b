// How the points of the map look by a column: classes of equal colour, and what the legend says of them.

import { cyclicColours, numberColours, palette, placesOf, unlabelled } from "../core/palette.js";
import { isTimeOfDay, missing, namesOf } from "./columns.js";

const MOST_CLASSES = 50;
const SHADES = 48;
const ROBUST = 0.02; // this share of the values lies beyond either end of the scale

/** @import { Column, PointClass, Scale } from "../core/types.d.ts" */
/** @typedef {{name: string, ids: number[]}} Entry */

/**
 * The classes of n points by a column with its values; of numbers also their scale, else null.
 * @param {Column | null} column
 * @param {number} n
 * @returns {{classes: PointClass[], scale: Scale | null}}
 */
export function coloursOf(column, n) {
  if (!column) return { classes: gathered([], all(n)), scale: null };
  return column.kind === "number" ? shades(column, n) : { classes: categories(column, n), scale: null };
}

/**
 * @param {Column} column
 * @param {number} n
 */
function categories(column, n) {
  const names = namesOf(column);
  /** @type {number[][]} */
  const members = names.map(() => []);
  /** @type {number[]} */
  const rest = [];
  const { values = [] } = column;
  for (let point = 0; point < n; point++) (members[values[point]] ?? rest).push(point);
  let entries = names.map((name, i) => ({ name, ids: members[i] }));
  if (column.kind === "flag") return gathered(dressed(entries), rest, missing(column)); // both, so that each keeps its colour
  if (column.per === "clip") entries = entries.filter((entry) => entry.ids.length);
  let called = missing(column);
  if (entries.length > MOST_CLASSES) {
    called = "others";
    const sizes = entries.map((entry) => entry.ids.length).sort((a, b) => b - a);
    const least = sizes[MOST_CLASSES - 1];
    const kept = entries.filter((entry) => entry.ids.length >= least).slice(0, MOST_CLASSES);
    for (const entry of entries) if (!kept.includes(entry)) rest.push(...entry.ids);
    entries = kept;
  }
  return gathered(dressed(inOrder(entries)), rest, entries.length ? called : "clips");
}

/**
 * @param {Column} column
 * @param {number} n
 */
function shades(column, n) {
  const { values = [] } = column;
  const missing = all(n).filter((point) => !Number.isFinite(values[point]));
  const there = all(n).filter((point) => Number.isFinite(values[point]));
  const sorted = Float64Array.from(there, (point) => values[point]).sort();
  /** @param {number} share */
  const quantile = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const low = column.low ?? (sorted.length ? quantile(ROBUST) : 0);
  const high = column.high ?? (sorted.length ? quantile(1 - ROBUST) : 0);
  const colours = (isTimeOfDay(column) ? cyclicColours : numberColours)(SHADES);
  /** @type {number[][]} */
  const members = colours.map(() => []);
  const perUnit = high > low ? SHADES / (high - low) : 0;
  for (const point of there)
    members[Math.max(0, Math.min(SHADES - 1, Math.floor((values[point] - low) * perUnit)))].push(point);
  const classes = colours
    .map((colour, i) => ({ name: "", ids: Int32Array.from(members[i]), colour, marker: "circle" }))
    .filter((each) => each.ids.length);
  const [least, most] = [sorted[0] ?? low, sorted[sorted.length - 1] ?? high];
  const scale = { low, high, least, most, colours, missing: missing.length };
  return { classes: gathered(classes, missing, "no value"), scale };
}

/**
 * Entries by the order that their names have, if they have one.
 * @param {Entry[]} entries
 */
function inOrder(entries) {
  const places = placesOf(entries.map(({ name }) => name));
  return places ? [...entries.keys()].sort((a, b) => places[a] - places[b]).map((i) => entries[i]) : entries;
}

/** @param {Entry[]} entries */
function dressed(entries) {
  const looks = palette(entries.map((entry) => entry.name));
  return entries.map((entry, i) => ({ ...entry, ...looks[i], ids: Int32Array.from(entry.ids) }));
}

/**
 * With the points that belong nowhere, in grey and drawn first.
 * @param {PointClass[]} classes
 * @param {number[]} rest
 * @returns {PointClass[]}
 */
function gathered(classes, rest, name = "clips") {
  if (!rest.length) return classes;
  return [{ name, ids: Int32Array.from(rest), colour: unlabelled(), marker: "circle", rest: true }, ...classes];
}

/** @param {number} n */
const all = (n) => Array.from({ length: n }, (_, point) => point);
