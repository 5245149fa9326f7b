// Colours for classes that read on light and on dark: evenly spread hues, then the next tier with another lightness
// and another marker, so that up to fifty classes can be told apart, also without seeing colours well.

import { isDark } from "./theme.js";

const TIER = 10;
const MARKERS = ["circle", "diamond", "square", "triangle-up", "cross"];
const HUES = [28, 255, 145, 320, 85, 195, 355, 285, 120, 55]; // neighbours in the list lie far apart on the wheel
/** @type {Record<"light" | "dark", [number, number][]>} */
const TIERS = {
  light: [
    [0.6, 0.17],
    [0.5, 0.14],
    [0.7, 0.13],
    [0.42, 0.1],
    [0.64, 0.08],
  ],
  dark: [
    [0.74, 0.15],
    [0.84, 0.1],
    [0.64, 0.17],
    [0.9, 0.06],
    [0.7, 0.07],
  ],
};

/** @type {Record<"light" | "dark", [number, number]>} */
const SHADES = { light: [0.35, 0.8], dark: [0.5, 0.92] }; // lightness of the least and the largest number

/** @import { Look } from "./types.d.ts" */

/**
 * One look a name; a ramp where the names have an order.
 * @param {string[]} names
 * @returns {Look[]}
 */
export function palette(names) {
  const theme = isDark() ? "dark" : "light";
  const places = placesOf(names);
  if (places) return ramp(places, theme);
  return names.map((_, i) => {
    const tier = Math.floor(i / TIER) % TIERS.light.length;
    const [lightness, chroma] = TIERS[theme][tier];
    const hue = HUES[i % TIER] + tier * 13;
    return { colour: fromOklch(lightness, chroma, hue), marker: MARKERS[tier] };
  });
}

const NUMBERED = /^(step )?(-?\d+(?:\.\d+)?)( ?(?:k?Hz|m?s|dB|bpm|%|m))?$/i; // and not "speaker 12", which is a name
const PITCH = /^([A-G])([#♯b♭]?)(-?\d)$/; // "C4", "F#2"
const MANY = 12; // numbers beyond which they are an order to look at; digits are classes
const FEWEST = 3; // pitches
/** @type {Record<string, number>} */
const SEMITONES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11, "#": 1, "♯": 1, b: -1, "♭": -1, "": 0 };

/**
 * Where labels that have an order lie in it: pitches in semitones, or numbers of one unit. Null where
 * labels are only different.
 * @param {string[]} names
 * @returns {number[] | null}
 */
export function placesOf(names) {
  const pitches = names.map((name) => PITCH.exec(name.trim()));
  if (names.length >= FEWEST && pitches.every((found) => found !== null))
    return pitches.map(([, tone, sign, octave]) => SEMITONES[tone] + SEMITONES[sign] + 12 * Number(octave));
  const numbers = names.map((name) => NUMBERED.exec(name.trim()));
  if (names.length <= MANY || !numbers.every((found) => found !== null)) return null;
  const [[, before, , after]] = numbers;
  const alike = numbers.every((found) => found[1] === before && found[3] === after);
  return alike ? numbers.map((found) => Number(found[2])) : null;
}

/**
 * @param {number[]} numbers
 * @param {"light" | "dark"} theme
 */
function ramp(numbers, theme) {
  const low = Math.min(...numbers),
    span = Math.max(...numbers) - low || 1;
  return numbers.map((n) => ({ colour: shade((n - low) / span, theme), marker: "circle" }));
}

/**
 * `count` colours from low to high. Lightness grows all the way, so they are in order in grey and to the colour-blind too.
 * @param {number} count
 */
export function numberColours(count) {
  const theme = isDark() ? "dark" : "light";
  return Array.from({ length: count }, (_, i) => shade(i / (count - 1), theme));
}

/**
 * `count` colours around a circle, of which the last is beside the first: dark at both ends, bright in the middle, on the way there
 * red and on the way back green.
 * @param {number} count
 */
export function cyclicColours(count) {
  const [dark, bright] = SHADES[isDark() ? "dark" : "light"];
  return Array.from({ length: count }, (_, i) => {
    const turn = (i + 0.5) / count;
    const height = (1 - Math.cos(2 * Math.PI * turn)) / 2;
    return fromOklch(dark + height * (bright - dark), 0.14, 280 + 360 * turn);
  });
}

/**
 * From violet over green to yellow, for a share from 0 to 1.
 * @param {number} share
 * @param {"light" | "dark"} theme
 */
function shade(share, theme) {
  const [dark, bright] = SHADES[theme];
  return fromOklch(dark + share * (bright - dark), 0.14, 290 - 200 * share);
}

/** The grey of what has no label or no value, or is filtered out. */
export const unlabelled = () => (isDark() ? "#6b7280" : "#9aa1ab");

/**
 * OKLCH (Ottosson 2020) to "#rrggbb"; chroma is lowered until the colour can be shown.
 * @param {number} lightness
 * @param {number} chroma
 * @param {number} hue in degrees
 */
export function fromOklch(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.005) {
    const rgb = linearRgb(lightness, Math.max(0, c) * Math.cos(angle), Math.max(0, c) * Math.sin(angle));
    if (c <= 0 || rgb.every((v) => v >= -0.0005 && v <= 1.0005)) return `#${rgb.map(hex).join("")}`;
  }
}

/**
 * @param {number} L
 * @param {number} a
 * @param {number} b
 */
function linearRgb(L, a, b) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** @param {number} linear */
function hex(linear) {
  const v = Math.min(1, Math.max(0, linear));
  const curved = v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
  return Math.round(curved * 255)
    .toString(16)
    .padStart(2, "0");
}
