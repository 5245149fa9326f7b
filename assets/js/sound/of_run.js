// Whether sounds are those of the run that is looked at: then a clip that is chosen is one of the whole page.

import { source } from "../core/source.js";
import { view } from "../core/view.js";

/** @import { PickerSet } from "../core/types.d.ts" */

/** @type {Map<string, string>} run → the fingerprint of its data */
const fingerprints = new Map();

/**
 * Whether the clips of a set are those of the run that is looked at.
 * @param {PickerSet | null | undefined} set
 */
export async function isOfRun(set) {
  const { run } = view;
  if (!run || !set) return false;
  if (!fingerprints.has(run)) {
    const points = await source.points(run).catch(() => null);
    if (points?.fingerprint) fingerprints.set(run, points.fingerprint);
  }
  return run === view.run && fingerprints.get(run) === set.fingerprint;
}
