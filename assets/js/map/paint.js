// Paints the points of the map: each class in its colour and its shape.

const FADED = 0.07;
const SOLID = 0.85;

/** @import { Axes, Places, PointClass } from "../core/types.d.ts" */
/** @typedef {(context: CanvasRenderingContext2D, x: number, y: number, r: number) => void} Outline */

/**
 * Thousands of points take a few milliseconds.
 * @param {CanvasRenderingContext2D} context
 * @param {PointClass[]} classes
 * @param {Places & Axes & {size: number}} places with the size of a point in CSS pixels
 */
export function paintPoints(context, classes, { x, y, across, down, size }) {
  for (const { ids, colour, marker, faded } of classes) {
    context.fillStyle = colour;
    context.globalAlpha = faded ? FADED : SOLID;
    context.beginPath();
    const outline = OUTLINES[marker] ?? OUTLINES.circle;
    for (const id of ids) outline(context, across(x[id]), down(y[id]), size / 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** @type {(corners: [number, number][]) => Outline} */
const polygon =
  ([[firstX, firstY], ...others]) =>
  (context, x, y, r) => {
    context.moveTo(x + firstX * r, y + firstY * r);
    for (const [dx, dy] of others) context.lineTo(x + dx * r, y + dy * r);
    context.closePath();
  };
/** @type {Record<string, Outline>} */
const OUTLINES = {
  circle: (context, x, y, r) => {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  diamond: polygon([
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ]),
  square: polygon([
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ]),
  "triangle-up": polygon([
    [0, -1.2],
    [1.1, 0.7],
    [-1.1, 0.7],
  ]),
  cross: polygon([
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ]),
};
