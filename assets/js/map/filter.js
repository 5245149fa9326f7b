// Which clips of the map are kept by numbers and words; those of the classes that are kept the legend says.

import { isTimeOfDay, written } from "./columns.js";

/** @import { Column, Points } from "../core/types.d.ts" */

/**
 * Finds clips by what is written on them: their labels, their texts and their file.
 */
export class Words {
  /** @param {Points} points */
  constructor(points) {
    this.points = points;
    /** @type {unknown[]} */
    this.of = []; // the values from which it was made
    /** @type {string[]} */
    this.written = []; // of each point
  }

  get all() {
    const { n, files, columns } = this.points;
    const told = columns.filter((column) => column.values && (column.kind === "category" || column.kind === "text"));
    const of = [files, ...told.map(({ values }) => values)];
    if (of.length === this.of.length && of.every((values, i) => values === this.of[i])) return this.written;
    this.of = of;
    this.written = Array.from({ length: n }, (_, point) =>
      [files?.[point] ?? "", ...told.map((column) => (column.values?.[point] === -1 ? "" : written(column, point)))]
        .join("\n")
        .toLowerCase(),
    );
    return this.written;
  }

  /**
   * Says of a point whether it holds every word of a query.
   * @param {string} query
   * @returns {((point: number) => boolean) | null} null where nothing is asked
   */
  finder(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return null;
    const { all } = this;
    return (point) => words.every((word) => all[point].includes(word));
  }
}

/**
 * Says of a point whether its number lies within two ends; null where nothing is asked. From a later to an earlier time of day is
 * across midnight.
 * @param {Column | null} column
 * @param {[number | null, number | null] | null} between
 * @returns {((point: number) => boolean) | null}
 */
export function within(column, between) {
  const { values } = column ?? {};
  if (!between || column?.kind !== "number" || !values) return null;
  const low = between[0] ?? -Infinity;
  const high = between[1] ?? Infinity;
  const across = low > high && isTimeOfDay(column);
  return (point) => {
    const value = values[point];
    if (!Number.isFinite(value)) return false;
    return across ? value >= low || value <= high : value >= low && value <= high;
  };
}

/**
 * 1 for each of n points that one of the tests leaves out; null where there is no test.
 * @param {number} n
 * @param {(((point: number) => boolean) | null)[]} tests
 */
export function leftOut(n, tests) {
  const asked = tests.filter((test) => test !== null);
  if (!asked.length) return null;
  return Uint8Array.from({ length: n }, (_, point) => Number(!asked.every((test) => test(point))));
}
