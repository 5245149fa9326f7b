// Paints the points of the map: each class in its colour and its shape. Pixels are written one by one from stamps, as paths
// of many thousand small shapes take the processor ten times as long.

import { contextOf, make } from "../core/elements.js";
import { unlabelled } from "../core/palette.js";
import { colour } from "../core/theme.js";

const FADED = 0.16;
const SOLID = 0.85;
const WHOLE = { from: -Infinity, to: Infinity, alpha: SOLID, size: 1 };
const LAYERS = [
  { from: -Infinity, to: -0.3, alpha: 0.4, size: 0.8 },
  { from: -0.3, to: 0.3, alpha: 0.65, size: 1 },
  { from: 0.3, to: Infinity, alpha: 0.95, size: 1.2 },
]; // of a map in space, from the back to the front
const MANY_SELECTED = 60;
const PHASES = 4; // parts of a pixel, in x and in y, by which a point's place is told apart

/** @import { Axes, Places, PointClass } from "../core/types.d.ts" */
/** @typedef {(context: CanvasRenderingContext2D, x: number, y: number, r: number) => void} Outline */
/** @typedef {Places & Axes & {size: number, depth?: Float32Array | null}} Placed  places with the size of a point in CSS pixels */
/** @typedef {{dx: Int16Array, dy: Int16Array, cover: Float32Array, reach: number}} Stamp  the pixels around a point that it covers */

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.context = contextOf(canvas);
    this.image = new ImageData(1, 1);
    /** @type {Map<string, Stamp[]>} */
    this.stamps = new Map(); // by shape and size: one for each part of a pixel
  }

  /**
   * Paints the whole canvas. What is filtered out goes grey, below the rest.
   * @param {PointClass[]} classes
   * @param {Placed} placed
   * @param {Uint8Array | null} dimmed 1 for each point that is filtered out; null for none
   */
  paint(classes, placed, dimmed) {
    const { width, height } = this.context.canvas;
    if (this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    else this.image.data.fill(0);
    for (const { ids, marker, faded } of classes) {
      const out = faded ? ids : dimmed ? ids.filter((id) => dimmed[id]) : [];
      this.stampAll(out, { colour: unlabelled(), marker, alpha: FADED }, placed);
    }
    const { depth = null, size } = placed;
    for (const layer of depth ? LAYERS : [WHOLE]) {
      for (const { ids, colour, marker, faded } of classes) {
        const kept = faded ? [] : dimmed ? ids.filter((id) => !dimmed[id]) : ids;
        const within = depth ? kept.filter((id) => depth[id] >= layer.from && depth[id] < layer.to) : kept;
        this.stampAll(within, { colour, marker, alpha: layer.alpha }, { ...placed, size: size * layer.size });
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * @param {ArrayLike<number>} ids
   * @param {{colour: string, marker: string, alpha: number}} look with a colour as "#rrggbb"
   * @param {Placed} placed
   */
  stampAll(ids, { colour, marker, alpha }, { x, y, across, down, size }) {
    if (!ids.length) return;
    const { width, height, data } = this.image;
    const ratio = width / (this.context.canvas.clientWidth || width); // pixels of the screen to one of CSS
    const stamps = this.stampsOf(marker, (size / 2) * ratio);
    const { reach } = stamps[0];
    const rgb = Number.parseInt(colour.slice(1), 16);
    const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
    for (let i = 0; i < ids.length; i++) {
      const [px, py] = [across(x[ids[i]]) * ratio, down(y[ids[i]]) * ratio];
      const [column, row] = [Math.floor(px), Math.floor(py)];
      if (!(column >= reach && row >= reach && column < width - reach && row < height - reach)) continue;
      const phase = Math.floor((py - row) * PHASES) * PHASES + Math.floor((px - column) * PHASES);
      const { dx, dy, cover } = stamps[phase];
      for (let j = 0; j < cover.length; j++) {
        const at = 4 * ((row + dy[j]) * width + column + dx[j]);
        const over = cover[j] * alpha;
        const under = (data[at + 3] / 255) * (1 - over);
        const sum = over + under;
        data[at] = (red * over + data[at] * under) / sum;
        data[at + 1] = (green * over + data[at + 1] * under) / sum;
        data[at + 2] = (blue * over + data[at + 2] * under) / sum;
        data[at + 3] = 255 * sum;
      }
    }
  }

  /**
   * @param {string} marker
   * @param {number} radius in pixels of the screen
   */
  stampsOf(marker, radius) {
    const key = `${marker} ${radius}`;
    const known = this.stamps.get(key);
    if (known) return known;
    const outline = OUTLINES[marker] ?? OUTLINES.circle;
    const phases = Array.from({ length: PHASES ** 2 }, (_, i) => [i % PHASES, Math.floor(i / PHASES)]);
    const stamps = phases.map(([x, y]) => stampOf(outline, radius, (x + 0.5) / PHASES, (y + 0.5) / PHASES));
    this.stamps.set(key, stamps);
    return stamps;
  }
}

/**
 * @param {Outline} outline
 * @param {number} radius
 * @param {number} x where in its pixel a point lies, 0 to 1
 * @param {number} y
 * @returns {Stamp}
 */
function stampOf(outline, radius, x, y) {
  const reach = Math.ceil(1.3 * radius) + 1;
  const side = 2 * reach + 1;
  const context = /** @type {CanvasRenderingContext2D} */ (
    make("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true })
  );
  context.beginPath();
  outline(context, reach + x, reach + y, radius);
  context.fill();
  const { data } = context.getImageData(0, 0, side, side);
  const covered = Array.from({ length: side * side }, (_, i) => i).filter((i) => data[4 * i + 3]);
  return {
    dx: Int16Array.from(covered, (i) => (i % side) - reach),
    dy: Int16Array.from(covered, (i) => Math.floor(i / side) - reach),
    cover: Float32Array.from(covered, (i) => data[4 * i + 3] / 255),
    reach,
  };
}

/**
 * A ring around each selected point; of many that lie close only a thin one.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} points
 * @param {Placed} placed
 */
export function paintSelected(context, points, { x, y, across, down, size }) {
  if (!points.length) return;
  const many = points.length > MANY_SELECTED;
  context.beginPath();
  for (const point of points) OUTLINES.circle(context, across(x[point]), down(y[point]), size / 2 + (many ? 0.5 : 2.5));
  const stroke = (/** @type {number} */ width, /** @type {string} */ name) => {
    context.lineWidth = width;
    context.strokeStyle = colour(name);
    context.stroke();
  };
  if (!many) stroke(4, "panel");
  stroke(many ? 1.2 : 2, many ? "text" : "accent");
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
