// A setting's value in words that people know: what training/units.py says, while a slider moves.

import { counted } from "../core/number_words.js";

/** @import { SettingUnit } from "../core/types.d.ts" */

const DECIBELS_PER_NEPER = 10 / Math.LN10;
const SMALL_RATIO = 0.5;
/** @type {[string, number, number][]} word, seconds of one, below how many seconds it is used */
const DURATIONS = [
  ["ms", 1e-3, 0.1],
  ["s", 1, 120],
  ["min", 60, 7200],
  ["h", 3600, 172_800],
  ["days", 86_400, Number.POSITIVE_INFINITY],
];

/**
 * "±16 %"; empty where the number says it all.
 * @param {SettingUnit} unit
 * @param {number} value
 */
export function inUnit(unit, value) {
  if (unit === "s") return duration(value);
  if (unit === "Hz" || unit === "dB") return `${plain(value)} ${unit}`;
  if (unit === "share") return `${number(100 * value)} %`;
  if (unit === "ratio") return ratio(Math.exp(value) - 1);
  if (unit === "neper") return `${number(DECIBELS_PER_NEPER * value)} dB`;
  if (unit === "memory") return `about ${value < 1 ? counted(Math.floor(1 / (1 - value) + 0.5), "step") : "all steps"}`;
  return "";
}

/** @param {number} more */
function ratio(more) {
  return more <= SMALL_RATIO ? `±${number(100 * more)} %` : `×${number(1 + more)} or ÷${number(1 + more)}`;
}

/** @param {number} seconds */
function duration(seconds) {
  const [word, one] = DURATIONS.find(([, , below]) => seconds < below) ?? DURATIONS[DURATIONS.length - 1];
  return word === "s" ? `${plain(seconds)} s` : `${number(seconds / one)} ${word}`;
}

/** @param {number} value */
const plain = (value) => String(Number(value.toPrecision(6)));

/**
 * In about two digits, as few as are worth reading.
 * @param {number} value
 */
function number(value) {
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : 2;
  const rounded = Math.floor(value * 10 ** digits + 0.5) / 10 ** digits;
  return rounded.toLocaleString("en", { maximumFractionDigits: digits });
}
