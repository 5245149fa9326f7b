// Names on the map: each group of close points is called by its commonest label, without one name lying on another.

import { make } from "../core/elements.js";
import { namesOf } from "./columns.js";
import { groupsOf, LEVELS } from "./density.js";
import { Pictures } from "./pictures.js";

const MOST = 40;
const SIZES = { least: 11, most: 15 }; // of the letters, in pixels
const GAP = 3; // pixels between two names
const WIDEST = 0.6; // of the stage, beyond which a name is cut
const ABOVE = 7; // pixels between a peak and its name
const HALF = 0.5; // a name says what so many of its points are
const FEW = 0.25; // a group of which no more is kept fades
const REST_MS = 80; // after the points have come to rest

/** @import { Axes, Column } from "../core/types.d.ts" */
/** @import { MapClips } from "./clips.js" */
/** @import { Group } from "./density.js" */
/** @import { MapPlot } from "./plot.js" */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box in pixels of the stage */

export class Names {
  /**
   * @param {MapPlot} plot
   * @param {() => MapClips | null} clips
   */
  constructor(plot, clips) {
    this.plot = plot;
    this.clips = clips;
    this.box = make("div.map-names", { "aria-hidden": "true" });
    this.pictures = new Pictures(clips);
    this.measure = make("canvas").getContext("2d");
    /** @type {Map<number, Group[]>} */
    this.groups = new Map(); // of the layout that is shown, by level
    this.of = plot.x;
    /** @type {WeakMap<Group, {values: Column["values"], name: string}>} */
    this.names = new WeakMap();
    /** @type {(Box & {element: HTMLElement})[]} */
    this.placed = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {[x: number, y: number] | null} */
    this.pointer = null;
    plot.overlays.push((axes) => this.follow(axes));
    plot.surface.addEventListener("pointermove", (event) => this.pointAt(plot.gestures.at(event)));
    plot.surface.addEventListener("pointerleave", () => this.pointAt(null));
  }

  /** Names are made once the points rest, and hidden while they move. @param {Axes} axes */
  follow(axes) {
    clearTimeout(this.timer);
    this.box.hidden = this.plot.moving !== null;
    if (this.plot.moving) return;
    if (this.of !== this.plot.x) {
      this.groups.clear();
      this.box.replaceChildren(); // they would lie where the points were
      this.of = this.plot.x;
    }
    if (this.groups.has(this.level)) this.place(axes);
    else this.timer = setTimeout(() => this.place(this.plot.scales()), REST_MS);
  }

  get level() {
    return Math.max(0, Math.min(LEVELS - 1, Math.round(Math.log2(this.plot.camera.zoom))));
  }

  /** @param {Axes} axes */
  place(axes) {
    const { plot, level } = this;
    const clips = this.clips();
    if (!clips || !plot.shown) return;
    const groups = this.groups.get(level) ?? groupsOf(plot.x, plot.y, plot.camera.fit, level);
    this.groups.set(level, groups);
    const kept = new Uint8Array(plot.x.length);
    for (const id of plot.kept()) kept[id] = 1;
    const largest = groups[0]?.points.length ?? 1;
    this.placed = [];
    const { fontFamily } = getComputedStyle(this.box);
    let pictured = 0;
    for (const group of groups) {
      if (this.placed.length >= MOST) break;
      const [x, y] = [axes.across(group.x), axes.down(group.y)];
      if (x < 0 || y < 0 || x > plot.camera.width || y > plot.camera.height) continue;
      const text = this.called(group, clips);
      if (!text) continue;
      const size = SIZES.least + (SIZES.most - SIZES.least) * Math.sqrt(group.points.length / largest);
      const picture = this.pictures.wanted(plot.camera.zoom, pictured);
      if (this.measure) this.measure.font = `650 ${size}px ${fontFamily}`;
      const box = this.boxOf(text, size, x, y, picture);
      if (this.placed.some((other) => overlap(other, box))) continue;
      const share = group.points.reduce((sum, id) => sum + kept[id], 0) / group.points.length;
      const element = make(`div.map-name${share < FEW ? ".faded" : ""}`, { style: { fontSize: `${size}px` } });
      if (picture) element.append(this.pictures.of(middleOf(group, plot)));
      pictured += Number(picture);
      element.append(make("span", {}, text));
      element.style.transform = `translate(${box.left}px, ${box.top}px)`;
      element.style.width = `${box.right - box.left}px`;
      this.placed.push({ ...box, element });
    }
    this.box.replaceChildren(...this.placed.map(({ element }) => element));
    this.giveWay();
  }

  /**
   * What a group is called by the column that is shown, else by its labels, else by a file. It is kept as long as the
   * values are the same: names are placed anew with every step of a pan.
   * @param {Group} group
   * @param {MapClips} clips
   */
  called(group, clips) {
    const columns = namingColumns(clips);
    const values = columns[0]?.values;
    const known = this.names.get(group);
    if (known && known.values === values) return known.name;
    const labelled = columns.map((column) => nameOf(group.points, column)).find(Boolean);
    const name = labelled ?? (columns.length ? "" : clips.file(middleOf(group, this.plot)));
    this.names.set(group, { values, name });
    return name;
  }

  /**
   * Where a name stands, in the font that `measure` has.
   * @param {string} text
   * @param {number} size
   * @param {number} x
   * @param {number} y
   * @param {boolean} picture whether one stands above it
   * @returns {Box}
   */
  boxOf(text, size, x, y, picture) {
    const { width: room, height } = this.plot.camera;
    const needed = Math.max(picture ? Pictures.size.width : 0, this.measure?.measureText(text).width ?? 0);
    const wide = Math.min(WIDEST * room, needed) + 2;
    const high = size * 1.3 + (picture ? Pictures.size.height : 0);
    const left = Math.max(2, Math.min(room - wide - 2, x - wide / 2));
    const top = Math.max(2, Math.min(height - high - 2, y - high - ABOVE));
    return { left, top, right: left + wide, bottom: top + high };
  }

  /** @param {[x: number, y: number] | null} at of the stage, in pixels; null where the pointer is gone */
  pointAt(at) {
    this.pointer = at;
    this.giveWay();
  }

  /** Names below the pointer let through what lies under them. */
  giveWay() {
    const [x, y] = this.pointer ?? [-1e9, -1e9];
    for (const { left, top, right, bottom, element } of this.placed) {
      const far = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
      element.classList.toggle("near", far < 24);
    }
  }
}

/** @type {(a: Box, b: Box) => boolean} */
const overlap = (a, b) =>
  a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP;

/**
 * The columns whose labels name groups: the one that is shown if it is a category, and the labels.
 * @param {MapClips} clips
 */
function namingColumns({ columns, shown }) {
  return [shown, columns.labels].filter((column) => column !== null).filter((c) => c.kind === "category" && c.values);
}

/**
 * The labels that half of some points have, commonest first, no more than two; "" where most have none.
 * @param {number[]} points
 * @param {Column} column
 */
export function nameOf(points, column) {
  const { values = [] } = column;
  /** @type {Map<number, {first: number, count: number}>} */
  const labels = new Map(); // by code
  for (const point of points) {
    const known = labels.get(values[point]);
    if (known) known.count++;
    else labels.set(values[point], { first: point, count: 1 });
  }
  const names = [];
  let told = 0;
  for (const { first, count } of [...labels.values()].sort((a, b) => b.count - a.count)) {
    if (told >= HALF * points.length || names.length === 2) break;
    if (values[first] < 0) return "";
    names.push(namesOf(column)[values[first]]);
    told += count;
  }
  return names.join(", ") + (told < HALF * points.length ? " …" : "");
}

/**
 * The point of a group that lies nearest to its peak.
 * @param {Group} group
 * @param {MapPlot} plot
 */
function middleOf({ x, y, points }, plot) {
  const far = (/** @type {number} */ id) => (plot.x[id] - x) ** 2 + (plot.y[id] - y) ** 2;
  return points.reduce((best, id) => (far(id) < far(best) ? id : best), points[0]);
}
