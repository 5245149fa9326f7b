// The columns of the table of methods: what stands in each, and by what it is sorted.

import { make } from "../core/elements.js";

/** @import { MethodFigures, MethodRow } from "../core/types.d.ts" */

/** @type {(digits: number) => (value: number | null) => string} */
const number = (digits) => (value) =>
  value !== null && Number.isFinite(value)
    ? value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })
    : "–";
/** @type {(pair: (number | null)[] | null | undefined) => number | null} */
const last = (pair) => pair?.[1] ?? null;
const BEFORE_AFTER = "Before training → after it, on the data chosen above";

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [hint]
 * @property {boolean} [wide] whether it is left out on a narrow screen
 * @property {(row: MethodRow, figures: MethodFigures | null) => string | number | null | undefined} key compared when sorted
 * @property {(row: MethodRow) => string | Node} [show] what stands in the cell; the first column shows the method itself
 * @property {(figures: MethodFigures) => string | Node} [measured] the same, from the benchmark
 */

/** @type {Column[]} */
export const COLUMNS = [
  { title: "Method", key: (row) => row.title.toLowerCase() },
  { title: "Year", key: (row) => row.year, show: (row) => String(row.year), wide: true },
  {
    title: "Negatives",
    hint: "Whether other clips are wrong answers, from which the model learns to tell a clip apart",
    key: (row) => (row.negatives ? 1 : 0),
    show: (row) => (row.negatives ? "with" : "without"),
    wide: true,
  },
  { title: "Suited to", key: (row) => row.suits, show: (row) => row.suits, wide: true },
  {
    title: "Its measure",
    hint: "The measure that the method is suited to, before training → after it",
    key: (_, f) => last(f?.suited),
    measured: (f) => (f.suited ? pair(f.suited) : "–"),
  },
  {
    title: "Better than",
    hint: "By its measure, by more than two standard errors: its own random initialisation, the default encoder's, log-mel statistics",
    key: (_, f) => f?.beats,
    measured: (f) => f.beats ?? "–",
  },
  {
    title: "Cross-group kNN",
    hint: `Share of clips that their nearest ones from other sources (speakers) name rightly. ${BEFORE_AFTER}`,
    key: (_, f) => last(f?.knn),
    measured: (f) => pair(f.knn),
  },
  {
    title: "Linear probe",
    hint: `Share of clips that a linear classifier on the embeddings names rightly. ${BEFORE_AFTER}`,
    wide: true,
    key: (_, f) => last(f?.probe),
    measured: (f) => pair(f.probe),
  },
  {
    title: "Clips/s",
    hint: "How many clips it learned from in a second",
    key: (_, f) => f?.speed,
    measured: (f) => number(0)(f.speed),
  },
  {
    title: "Normalised std",
    hint: "How far the normalised projections spread: 1 is in all directions alike, 0 is collapse. Where the loss compares no projections, healthy is well below 1",
    wide: true,
    key: (_, f) => f?.std,
    measured: (f) => number(2)(f.std),
  },
  {
    title: "Effective rank",
    hint: "In how many directions the projections differ",
    wide: true,
    key: (_, f) => f?.rank,
    measured: (f) => number(1)(f.rank),
  },
];

/**
 * "0.57 → 0.80": before training and after it.
 * @param {(number | null)[]} measured
 */
function pair([before, after]) {
  return make("span.before-after", {}, number(2)(before), " → ", make("strong", {}, number(2)(after)));
}

/**
 * Rows by a column; what wasn't measured comes last, whichever way.
 * @param {MethodRow[]} rows
 * @param {(row: MethodRow) => MethodFigures | null} figures of a row on the data that is chosen
 * @param {{i: number, down: boolean}} sorted
 */
export function inOrder(rows, figures, { i, down }) {
  /** @param {MethodRow} row */
  const key = (row) => COLUMNS[i].key(row, figures(row));
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x == null || y == null) return Number(x == null) - Number(y == null);
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
}
