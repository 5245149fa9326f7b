// Which clips of an exported run lie nearest to each other, read from the file of a step.

const SCORE_UNITS = 10_000;
const NEAREST = 10; // whose change says how far a point moved; see explorer/runs/moved.py

/** @import { Moved, Neighbour } from "./types.d.ts" */
/**
 * At one step: `each` nearest points of every point, one point after the other, the nearest first; `clips` are the points' clips.
 * @typedef {{points: Uint32Array, scores: Int16Array, each: number, clips: number[]}} Near
 */

/**
 * @param {Near} near
 * @param {number} point
 * @param {number} count
 * @returns {Neighbour[]}
 */
export function nearest({ points, scores, each, clips }, point, count) {
  return Array.from({ length: Math.min(count, each) }, (_, i) => {
    const other = points[point * each + i];
    return { point: other, clip: clips[other], score: scores[point * each + i] / SCORE_UNITS };
  });
}

/**
 * The points whose nearest changed most from one step to another, by the Jaccard distance of both sets.
 * @param {Near} before
 * @param {Near} after
 * @param {number} count
 * @returns {Moved}
 */
export function mostMoved(before, after, count) {
  const { each, clips } = after;
  const among = Math.min(NEAREST, each);
  const moved = clips.map((clip, point) => {
    const stayed = new Set(before.points.subarray(point * each, point * each + among));
    const shared = after.points
      .subarray(point * each, point * each + among)
      .filter((other) => stayed.has(other)).length;
    return { point, clip, changed: 1 - shared / Math.max(1, 2 * among - shared) };
  });
  return { moved: moved.sort((a, b) => b.changed - a.changed).slice(0, count), judged: clips.length };
}
