// What the kNN of several runs says beside each other, each by its last snapshot: which is ahead, and whether another seed could turn that round.

import { BASELINES } from "../core/baselines.js";
import { duration, share } from "../core/number_words.js";
import { permutationTest } from "./permutation.js";

/** @import { RunRow } from "../core/types.d.ts" */
/** @typedef {NonNullable<RunRow["score"]>} Score */

const OF_SEEDS = 0.09; // share by which healthy runs were seen to differ in kNN where only the seed does: docs/verdicts.md
const LONGER = 1.5; // times as long as another is not equally long
const FEWEST = 4; // seeds of each of two methods for a test, as of `python -m training compare`: docs/measures.md
const LEVEL = 0.05; // of the test, as there
const SAME_CLIPS = 0.02; // what needs no training scores alike on the same clips; of large data, older runs drew their own

/** @typedef {{name: string, score: Score, seconds: number, low: number, high: number, values: number[], steps: number[]}} Scored */

/**
 * @param {{name: string, runs: Pick<RunRow, "score" | "seconds">[]}[]} entries by the names that they are called, each a run
 *   or runs that differ in their seed alone
 * @returns {string} empty where fewer than two were measured
 */
export function compared(entries) {
  const scored = entries.flatMap(({ name, runs }) => meanOf(name, runs) ?? []);
  if (scored.length < 2) return "";
  const groups = scored.map((run) => scored.filter((other) => isOfSameClips(run.score, other.score)));
  const alike = groups.reduce((most, group) => (group.length > most.length ? group : most));
  if (alike.length < 2)
    return "Their kNN was measured on other clips or labels, so that it doesn't say which is better.";
  const [best, second] = alike.sort((a, b) => b.score.value - a.score.value);
  const told = alike.map(({ name, score, low, high, values }) => {
    const range = values.length > 1 ? ` (${share(low)} to ${share(high)})` : "";
    return `${name} ${share(score.value)}${range}`;
  });
  const others = scored.filter((run) => !alike.includes(run)).map(({ name }) => name);
  return [
    `kNN${best.score.facet ? ` of ${best.score.facet}` : ""} at the last snapshot: ${told.join(", ")}.`,
    whichIsAhead(best, second),
    unequal(alike.map(({ seconds }) => seconds)),
    unlikeSeeds(alike),
    others.length ? `Measured on other clips or labels, and so not compared: ${others.join(", ")}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * The mean of the runs that were measured, with the lowest and the highest of them; null where none was.
 * @param {string} name
 * @param {Pick<RunRow, "score" | "seconds">[]} runs
 * @returns {Scored | null}
 */
function meanOf(name, runs) {
  const scored = runs.flatMap(({ score, seconds }) => (score ? [{ score, seconds }] : []));
  if (!scored.length) return null;
  const values = scored.map(({ score }) => score.value);
  return {
    name,
    score: { ...scored[0].score, value: values.reduce((sum, value) => sum + value, 0) / values.length },
    seconds: scored.reduce((sum, { seconds }) => sum + seconds, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
    values,
    steps: scored.map(({ score }) => score.step),
  };
}

/**
 * Seeds of both say it where there are any; of one seed each, what seeds were seen to change.
 * @param {Scored} best
 * @param {Scored} second
 */
function whichIsAhead(best, second) {
  const apart = (best.score.value - second.score.value) / best.score.value;
  const seeds = Math.min(best.values.length, second.values.length);
  if (seeds >= FEWEST) {
    const luck = permutationTest(best.values, second.values);
    const said = `of methods that don't differ, ${parts(luck)} of pairs lie as far apart by luck.`;
    return luck < LEVEL
      ? `The second lies ${percent(apart)} below the first: ${said}`
      : `The first two are not shown to differ: ${said}`;
  }
  if (seeds > 1) {
    const spread = Math.max(deviation(best.values), deviation(second.values));
    return best.score.value - second.score.value > spread
      ? `The second lies ${percent(apart)} below the first: farther than the seeds spread, which so few don't prove.`
      : "The first two are not shown to differ: seeds alone differ as much.";
  }
  return apart > OF_SEEDS
    ? `The second lies ${percent(apart)} below the first: more than another seed alone was seen to change (${percent(OF_SEEDS)}).`
    : `Another seed alone was seen to change it by up to ${percent(OF_SEEDS)}: the first two are not shown to differ.`;
}

/** The standard deviation over seeds, divided by n − 1. @param {number[]} values */
function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** That runs were not trained equally long, where that is so. @param {number[]} seconds */
function unequal(seconds) {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  return least > 0 && most > LONGER * least ? `They were trained for ${duration(least)} to ${duration(most)}.` : "";
}

/** Whose seeds had unlike numbers of steps, as where seconds end them on a machine with other work. @param {Scored[]} scored */
function unlikeSeeds(scored) {
  const told = scored.flatMap(({ name, steps }) => {
    const [least, most] = [Math.min(...steps), Math.max(...steps)];
    return most > LONGER * least ? `${name} ${least.toLocaleString("en")} to ${most.toLocaleString("en")}` : [];
  });
  return told.length ? `Seeds of one method had unlike numbers of steps: ${told.join(", ")}.` : "";
}

/** @type {(a: Score, b: Score) => boolean} */
function isOfSameClips(a, b) {
  // Random weights are those of the run's own seed.
  const shared = Object.keys(BASELINES).filter((key) => key !== "random_init" && key in a.beside && key in b.beside);
  return a.facet === b.facet && shared.every((key) => Math.abs(a.beside[key] - b.beside[key]) <= SAME_CLIPS);
}

/** @type {(part: number) => string} */
const percent = (part) => `${Math.round(100 * part)} %`;

/** A share that may be small. @type {(part: number) => string} */
const parts = (part) =>
  part < 0.001 ? "less than 0.1 %" : part < 0.01 ? `${(100 * part).toFixed(1)} %` : percent(part);
