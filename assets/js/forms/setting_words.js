// A setting and its value in words: "τ 0.1", "seconds 60".

import { inUnit } from "./units.js";

/** @import { Scalar, SettingUnit } from "../core/types.d.ts" */

/** @type {(name: string) => string} */
export const nameInWords = (name) => name.replaceAll("_", " ");

/**
 * @param {Scalar} value
 * @param {SettingUnit} [unit]
 */
export function valueInWords(value, unit) {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number")
    return unit ? inUnit(unit, value) : value.toLocaleString("en", { maximumFractionDigits: 6 });
  return value;
}
