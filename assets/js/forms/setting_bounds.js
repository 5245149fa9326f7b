// Between which bounds a setting lies, and how that is said.

import { inUnit } from "./units.js";

/** @import { Scalar, Setting } from "../core/types.d.ts" */

/** @type {(setting: Setting) => boolean} */
export const isNumeric = ({ kind }) => kind === "int" || kind === "float";

/**
 * Whether a setting of numbers may have this value.
 * @param {Setting} setting
 * @param {Scalar} value
 * @returns {value is number}
 */
export function isInside({ kind, low, high }, value) {
  return (
    typeof value === "number" &&
    (kind !== "int" || Number.isInteger(value)) &&
    (low === null || value >= low) &&
    (high === null || value <= high)
  );
}

/** @type {(value: number) => string} */
const number = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : value.toLocaleString("en"));

/**
 * "a whole number from 1 to 8"
 * @param {Setting} setting
 */
export function expected({ kind, low, high, optional }) {
  const words = kind === "int" ? "a whole number" : "a number";
  let bounds = "";
  if (low !== null && high !== null) bounds = ` from ${number(low)} to ${number(high)}`;
  else if (low !== null) bounds = ` of at least ${number(low)}`;
  else if (high !== null) bounds = ` of at most ${number(high)}`;
  return words + bounds + (optional ? " or nothing" : "");
}

/**
 * "(1 to 8, default 2)"; empty for what is no number.
 * @param {Setting} setting
 */
export function range(setting) {
  if (!isNumeric(setting)) return "";
  const { low, high, optional, unit, default: standard } = setting;
  /** @type {(value: number) => string} */
  const told = (value) => (unit ? inUnit(unit, value) : number(value));
  const bounds = low !== null && high !== null ? `${told(low)} to ${told(high)}, ` : "";
  return `(${bounds}default ${standard === null && optional ? "empty" : told(Number(standard))})`;
}
