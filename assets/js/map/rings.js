// The rings of the map, as elements above its canvas: around the chosen point, its neighbours and marked places.

import { make } from "../core/elements.js";

const WORDS_PX = 90; // a mark's words stand to its left where the map ends before they do

/** @import { Axes, Places, Ring } from "../core/types.d.ts" */

export class Rings {
  constructor() {
    this.box = make("div.map-rings", { "aria-hidden": "true" });
    /** @type {(Ring & {element: HTMLElement})[]} */
    this.all = [];
    this.hovered = make("div.ring.hovered", { hidden: true });
    this.box.append(this.hovered);
  }

  /** @param {Ring[]} rings */
  show(rings) {
    this.all = rings.map((ring) => ({
      ...ring,
      element: make(`div.ring.${ring.kind}`, {}, ring.text ? make("span", {}, ring.text) : null),
    }));
    this.box.replaceChildren(this.hovered, ...this.all.map(({ element }) => element));
  }

  /**
   * Puts every ring where its place is now.
   * @param {Places} places
   * @param {Axes} axes
   * @param {number | null} pointed the point under the pointer
   */
  place(places, axes, pointed) {
    const width = this.box.clientWidth;
    put(this.hovered, pointed === null ? null : placeOf(places, { point: pointed, kind: "hovered" }), axes);
    for (const ring of this.all) {
      const at = placeOf(places, ring);
      put(ring.element, at, axes);
      ring.element.classList.toggle("backwards", Boolean(at && axes.across(at.x) > width - WORDS_PX));
    }
  }
}

/**
 * @param {HTMLElement} element
 * @param {{x: number, y: number} | null} at
 * @param {Axes} axes
 */
function put(element, at, { across, down }) {
  element.hidden = !at;
  if (at) element.style.transform = `translate(${across(at.x)}px, ${down(at.y)}px)`;
}

/**
 * Where a ring lies in the units of the layout; null where that is nowhere.
 * @param {Places} places
 * @param {Ring} ring
 */
export function placeOf(places, { point, points, weights, x, y }) {
  if (point !== undefined) return point in places.x ? { x: places.x[point], y: places.y[point] } : null;
  if (!points?.length) return x !== undefined && y !== undefined ? { x, y } : null;
  const total = weights ? weights.reduce((a, b) => a + b, 0) || 1 : points.length;
  /** @param {Float32Array} values */
  const mean = (values) => points.reduce((sum, id, i) => sum + values[id] * (weights ? weights[i] : 1), 0) / total;
  const place = { x: mean(places.x), y: mean(places.y) };
  return Number.isFinite(place.x) ? place : null;
}
