// What the best kNN of several runs says beside each other: which is ahead, and whether another seed could turn that round.

import { duration, share } from "../core/number_words.js";

/** @import { RunRow } from "../core/types.d.ts" */
/** @typedef {NonNullable<RunRow["score"]>} Score */

const OF_SEEDS = 0.09; // share by which healthy runs were seen to differ in kNN where only the seed does: docs/verdicts.md
const LONGER = 1.5; // times as long as another is not equally long
const SAME_CLIPS = 0.02; // what needs no training scores alike on the same clips; of large data, older runs drew their own

/**
 * @param {{name: string, score: RunRow["score"], seconds: number}[]} runs by the names that they are called, and how long they
 *   were trained
 * @returns {string} empty where fewer than two were measured
 */
export function compared(runs) {
  const scored = runs.flatMap(({ name, score, seconds }) => (score ? [{ name, score, seconds }] : []));
  if (scored.length < 2) return "";
  const groups = scored.map((run) => scored.filter((other) => isOfSameClips(run.score, other.score)));
  const alike = groups.reduce((most, group) => (group.length > most.length ? group : most));
  if (alike.length < 2)
    return "Their kNN was measured on other clips or labels, so that it doesn't say which is better.";
  const [best, second] = alike.sort((a, b) => b.score.value - a.score.value);
  const values = alike.map(({ name, score }) => `${name} ${share(score.value)}`).join(", ");
  const apart = (best.score.value - second.score.value) / best.score.value;
  const found =
    apart > OF_SEEDS
      ? `The first is ${percent(apart)} ahead: more than another seed alone was seen to change (${percent(OF_SEEDS)}).`
      : `Another seed alone was seen to change it by up to ${percent(OF_SEEDS)}: the first two are not shown to differ.`;
  const others = scored.filter((run) => !alike.includes(run)).map(({ name }) => name);
  return [
    `Best kNN${best.score.facet ? ` of ${best.score.facet}` : ""}: ${values}.`,
    found,
    unequal(alike.map(({ seconds }) => seconds)),
    others.length ? `Measured on other clips or labels, and so not compared: ${others.join(", ")}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** That runs were not trained equally long, where that is so. @param {number[]} seconds */
function unequal(seconds) {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  return least > 0 && most > LONGER * least ? `They were trained for ${duration(least)} to ${duration(most)}.` : "";
}

/** @type {(a: Score, b: Score) => boolean} */
function isOfSameClips(a, b) {
  const shared = ["mfcc", "log_mel", "chance"].filter((key) => key in a.beside && key in b.beside);
  return a.facet === b.facet && shared.every((key) => Math.abs(a.beside[key] - b.beside[key]) <= SAME_CLIPS);
}

/** @type {(part: number) => string} */
const percent = (part) => `${Math.round(100 * part)} %`;
