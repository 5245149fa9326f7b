// Where on its slider a setting stands: by equal steps, or by equal factors where its scale is logarithmic.

/** @import { Setting } from "../core/types.d.ts" */

export const PLACES = 1000; // a slider goes from 0 to this
const WIDEST_LINEAR = 100_000;

/** A slider helps where there is a range that a hand can cover; "nothing" has no place on it. @param {Setting} setting */
export function slides({ kind, low, high, optional, choices, scale }) {
  if (kind === "str" || kind === "bool" || choices || optional || low === null || high === null) return false;
  return scale === "log" || high - low <= WIDEST_LINEAR;
}

/** From where to where the slider goes, and whether by factors. @param {Setting} setting */
const way = ({ low, high, scale }) => ({
  low: low ?? 0,
  high: high ?? 0,
  logarithmic: scale === "log" && (low ?? 0) > 0,
});

/**
 * @param {Setting} setting
 * @param {number} place 0 to PLACES
 */
export function valueAt(setting, place) {
  const { low, high, logarithmic } = way(setting);
  const share = place / PLACES;
  const raw = logarithmic ? low * (high / low) ** share : low + share * (high - low);
  const value = setting.kind === "int" ? Math.round(raw) : Number(raw.toPrecision(3));
  return Math.min(high, Math.max(low, value));
}

/**
 * @param {Setting} setting
 * @param {number} value one beyond the bounds stands at the nearer end
 * @returns {number} 0 to PLACES
 */
export function placeOf(setting, value) {
  const { low, high, logarithmic } = way(setting);
  const held = Math.min(high, Math.max(low, value));
  const share = logarithmic ? Math.log(held / low) / Math.log(high / low) : (held - low) / (high - low || 1);
  return share * PLACES;
}
