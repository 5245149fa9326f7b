// The labels of the lines beside curves. They stand in the margin, so that they never cover a curve, and keep apart.

import { plain } from "../core/plot.js";
import { colour } from "../core/theme.js";

const LINE_PIXELS = 13;
const LETTER_PIXELS = 5.6;
const BARE = 10; // pixels of a margin without labels
const FONT = 10.5;
/** @type {[RegExp, string][]} */
const SHORTER = [[/random init(ialisation|\.)/, "random"]];
const LONGEST_SHORT = 13; // characters of a line of a label, where there is little room

/** @typedef {{text: string, value: number, tint?: string}} Labelled a line beside curves */

/**
 * Plotly's annotations for lines, and the pixels that they need on the right.
 * @param {Labelled[]} lines
 * @param {[number, number]} reach of the axis
 * @param {{pixels: number, short: boolean}} room `pixels`: height of the plotting area; `short`: whether words are shortened
 */
export function labels(lines, reach, { pixels, short }) {
  const most = short ? Math.floor(pixels / LINE_PIXELS) : lines.length; // of more the large chart tells
  const told = (lines.length > most ? [] : lines).map((line) => ({
    ...line,
    rows: short ? wrapped(shortened(line.text)) : [line.text],
  }));
  const notes = apart(told, reach, pixels).map(({ rows, value, tint, shift }) => ({
    xref: "paper",
    x: 1,
    xanchor: "left",
    xshift: 4,
    y: value,
    yanchor: "middle",
    yshift: shift,
    align: "left",
    showarrow: false,
    text: rows.map(plain).join("<br>"),
    borderpad: 0,
    font: { size: FONT, color: colour(tint ?? "faint-text") },
  }));
  const longest = Math.max(0, ...told.flatMap(({ rows }) => rows.map((row) => row.length)));
  return { notes, room: longest ? BARE + longest * LETTER_PIXELS : BARE };
}

/** @param {string} text */
const shortened = (text) => SHORTER.reduce((left, [long, brief]) => left.replace(long, brief), text);

/**
 * Words in lines of few letters.
 * @param {string} text
 */
export function wrapped(text) {
  /** @type {string[]} */
  const rows = [];
  for (const word of text.split(" ")) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + word.length < LONGEST_SHORT) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}

/**
 * Labels that lie close together are moved apart: upwards, and down again as far as they left the plotting area.
 * @template {{value: number, rows: string[]}} Line
 * @param {Line[]} lines
 * @param {[number, number]} reach
 * @param {number} pixels
 */
export function apart(lines, [low, high], pixels) {
  const placed = [...lines]
    .sort((a, b) => a.value - b.value)
    .map((line) => {
      const half = (line.rows.length * LINE_PIXELS) / 2;
      const own = ((line.value - low) / (high - low || 1)) * pixels;
      return { line, half, own, at: own };
    });
  let below = -Infinity;
  for (const label of placed) {
    label.at = Math.max(label.own, below + label.half);
    below = label.at + label.half;
  }
  let above = pixels + LINE_PIXELS / 2;
  for (const label of placed.toReversed()) {
    label.at = Math.min(label.at, above - label.half);
    above = label.at - label.half;
  }
  return placed.map(({ line, at, own }) => ({ ...line, shift: at - own }));
}
