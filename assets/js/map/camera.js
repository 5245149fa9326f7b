// What of a layout the stage shows: each layout is fitted to it in x and in y, and a visitor zooms and pans from there.

import { inSpace, radiusOf } from "./space.js";

const EDGE = 30; // pixels around the points, for rings and names
const SHARE = 0.01; // of the points may lie beyond either end, …
const BEYOND = 0.15; // … where they would take more than this share of the others' extent
export const MOST_STRETCH = 1.5; // how much longer a distance may look in one direction than in the other
const ZOOM = { least: 0.5, most: 80 };

/** @import { Axes, Places } from "../core/types.d.ts" */
/** @typedef {[low: number, high: number]} Extent */
/** @typedef {{x: Extent, y: Extent}} Fit  the extents that fill the stage */

/**
 * From where to where values reach, but for a few that lie far out.
 * @param {Float32Array} values
 * @returns {Extent}
 */
export function extentOf(values) {
  const sorted = values.filter(Number.isFinite).sort();
  if (!sorted.length) return [-1, 1];
  const last = sorted.length - 1;
  const [low, high] = [sorted[Math.floor(SHARE * last)], sorted[Math.ceil((1 - SHARE) * last)]];
  const more = BEYOND * (high - low);
  return [Math.max(sorted[0], low - more), Math.min(sorted[last], high + more)];
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} y
 * @returns {Fit}
 */
export const fitOf = (x, y) => ({ x: extentOf(x), y: extentOf(y) });

/**
 * What of places fills the stage; of a map in space a ball, so that turning changes no distance.
 * @param {Places} places
 * @returns {{fit: Fit, stretch: number}}
 */
export function viewOf(places) {
  if (!places.z) return { fit: fitOf(places.x, places.y), stretch: MOST_STRETCH };
  const radius = radiusOf(inSpace(places));
  return { fit: { x: [-radius, radius], y: [-radius, radius] }, stretch: 1 };
}

/**
 * A fit on the way from one to another.
 * @param {Fit} from
 * @param {Fit} to
 * @param {number} share of the way
 * @returns {Fit}
 */
export function between(from, to, share) {
  /** @type {(a: Extent, b: Extent) => Extent} */
  const mixed = (a, b) => [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  return { x: mixed(from.x, to.x), y: mixed(from.y, to.y) };
}

const middle = (/** @type {Extent} */ [low, high]) => (low + high) / 2;
const span = (/** @type {Extent} */ [low, high]) => high - low;

/**
 * Pixels per unit in x and y, so that an extent fills a stage and distances stay readable.
 * @param {Fit} fit
 * @param {number} width in pixels
 * @param {number} height
 * @param {number} [stretch] how much longer a distance may look in one direction than in the other
 * @returns {[number, number]}
 */
function unitsOf(fit, width, height, stretch = MOST_STRETCH) {
  const room = [width, height].map((size) => Math.max(1, size - 2 * EDGE));
  const full = Math.max(span(fit.x), span(fit.y));
  const least = full ? full * 1e-3 : 2; // all points in one place: as if they filled the unit circle
  const [across, down] = [span(fit.x), span(fit.y)].map((extent, i) => room[i] / Math.max(extent, least));
  return [Math.min(across, down * stretch), Math.min(down, across * stretch)];
}

export class Camera {
  constructor() {
    /** @type {Fit} */
    this.fit = { x: [-1, 1], y: [-1, 1] };
    this.stretch = MOST_STRETCH;
    this.width = 1; // of the stage, in pixels
    this.height = 1;
    this.zoom = 1;
    this.panX = 0; // in widths of the stage
    this.panY = 0; // in heights
  }

  get zoomed() {
    return this.zoom !== 1 || this.panX !== 0 || this.panY !== 0;
  }

  reset() {
    Object.assign(this, { zoom: 1, panX: 0, panY: 0 });
  }

  /**
   * What turns places into pixels of the stage.
   * @returns {Axes}
   */
  axes() {
    const { fit, width, height, zoom, stretch } = this;
    const [across, down] = unitsOf(fit, width, height, stretch).map((unit) => unit * zoom);
    const [x, y] = [middle(fit.x), middle(fit.y)];
    const [left, top] = [width * (0.5 + this.panX), height * (0.5 + this.panY)];
    return { across: (v) => left + (v - x) * across, down: (v) => top - (v - y) * down };
  }

  /**
   * @param {number} dx in pixels
   * @param {number} dy
   */
  pan(dx, dy) {
    this.panX = held(this.panX + dx / this.width, this.zoom);
    this.panY = held(this.panY + dy / this.height, this.zoom);
  }

  /**
   * Zooms by a factor around a pixel of the stage, which stays where it is; whether it could.
   * @param {number} factor
   * @param {number} px
   * @param {number} py
   */
  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.zoom * factor));
    const by = zoom / this.zoom;
    if (by === 1) return false;
    const [fx, fy] = [px / this.width - 0.5, py / this.height - 0.5];
    this.zoom = zoom;
    this.panX = held(fx - (fx - this.panX) * by, zoom);
    this.panY = held(fy - (fy - this.panY) * by, zoom);
    return true;
  }
}

/** The map cannot be lost beyond the edge. @type {(pan: number, zoom: number) => number} */
const held = (pan, zoom) => {
  const most = 0.5 * zoom + 0.4;
  return Math.min(most, Math.max(-most, pan));
};
