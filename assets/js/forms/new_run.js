// What the form of a new run holds, as far as one line tells it: its parts say it here, and the line listens.

import { tellAll } from "../core/listeners.js";

/** @import { Scalar, SettingUnit } from "../core/types.d.ts" */
/** @typedef {{name: string, value: Scalar, unit: SettingUnit}} Changed a setting that isn't the default */
/** @typedef {{data: string, method: string, wrong: string, changed: Changed[], start: "" | "awaited" | "given up"}} NewRun
    `data` and `method` as they are called; `wrong`: what is done wrong on purpose, as the form's value; `start`: whether its
    training was asked for before the form was filled, which it is with a `method` */

/** @type {NewRun} */
export let newRun = { data: "", method: "", wrong: "", changed: [], start: "" };
/** @type {Set<(held: NewRun) => unknown>} */
const listeners = new Set();

/** @param {(held: NewRun) => unknown} listener */
export const onNewRun = (listener) => listeners.add(listener);

/** @param {Partial<NewRun>} held */
export function hold(held) {
  newRun = { ...newRun, ...held };
  tellAll(listeners, newRun);
}
