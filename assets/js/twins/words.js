// What is predicted and told of two runs, in words.

/** @import { Direction, TwinMeasure, Twins } from "../core/types.d.ts" */

/** The four measures: as they are called, what they say, and how many digits a value has. */
export const MEASURES = /** @type {const} */ ([
  ["loss", "Loss", "what training makes small", 3],
  ["spread", "Spread", "normalised std: how far apart the projections lie", 2],
  ["rank", "Rank", "effective rank: how many directions they use", 1],
  ["knn", "kNN", "how often the nearest clips have the same label", 2],
]);

/** @type {[Direction, string][]} */
export const DIRECTIONS = [
  ["lower", "lower"],
  ["same", "about the same"],
  ["higher", "higher"],
];

/** What is held against what; the numbers are those of training/twins/outcome.py. */
export const HELD_AGAINST =
  "About the same: within 15 % of the healthy run's value. The loss is its mean over the last 10 % of the steps.";

/** @type {(direction: Direction | null | undefined) => string} */
export const inWords = (direction) => DIRECTIONS.find(([name]) => name === direction)?.[1] ?? "–";

/** @type {(yes: boolean | null | undefined) => string} */
export const yesOrNo = (yes) => (typeof yes === "boolean" ? (yes ? "yes" : "no") : "–");

/** @type {(value: number | null, digits: number) => string} */
export const written = (value, digits) =>
  value === null
    ? "–"
    : value
        .toFixed(digits)
        .replace(/^(-?)0(?=\.)/, "$1")
        .replace(/^-/, "−");

/**
 * How many of the five were right, in a sentence; "" where nothing was predicted.
 * @param {{measures: Pick<TwinMeasure, "right">[], right: boolean | null}} outcome
 */
export function score({ measures, right }) {
  const judged = [...measures.map((measure) => measure.right), right].filter((one) => one !== null);
  if (!judged.length) return "";
  const hits = judged.filter(Boolean).length;
  return `${hits} of ${judged.length} predictions were right.`;
}

/**
 * What a prediction turned out to be; "" while the runs train, as a direction may turn until they end.
 * @param {boolean | null | undefined} right
 * @param {boolean | undefined} ended
 */
export const judged = (right, ended) => (!ended || typeof right !== "boolean" ? "" : right ? "✓ right" : "✗ wrong");

/**
 * As of when two runs are compared, and how many predictions were right once both have ended.
 * @param {Twins["outcome"]} outcome
 */
export function headOf(outcome) {
  if (!outcome) return "The first comparison appears with the second snapshot.";
  const step = `step ${outcome.step.toLocaleString("en")}`;
  if (!outcome.ended) return `So far, at ${step}. Your predictions are judged when both runs end.`;
  const at = outcome.early
    ? `Stopped early, at ${step} of ${outcome.early.toLocaleString("en")}.`
    : `At the end, ${step}.`;
  return `${at} ${score(outcome)}`.trim();
}
