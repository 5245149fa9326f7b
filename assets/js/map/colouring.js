// The column that the map is coloured by: choosing it, the classes or numbers it gives, and which of them are kept.

import { make } from "../core/elements.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";
import { coloursOf } from "./colours.js";
import { leftOut, Words, within } from "./filter.js";
import { Legend } from "./legend.js";
import { NumberLegend } from "./number_legend.js";
import { Search } from "./search.js";
import { selectPoints } from "./selection.js";

const VIEW_MS = 200; // after the last look at another part of the map

/** @import { Column } from "../core/types.d.ts" */
/** @import { MapClips } from "./clips.js" */
/** @import { MapView } from "./map.js" */

export class Colouring {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    this.select = make("select", { onchange: () => view.set({ colour: this.select.value }) });
    this.pick = make("label.pick", {}, "Colour by", this.select);
    this.legend = new Legend(
      (shown) => this.fade(shown),
      () => map.plot.countInView(),
    );
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.looked = undefined;
    map.plot.overlays.push(() => {
      clearTimeout(this.looked);
      this.looked = setTimeout(() => this.legend.moved(), VIEW_MS);
    });
    this.numbers = new NumberLegend();
    this.search = new Search(() => map.clips && selectPoints(map.clips, this.kept(), false));
    this.meaning = make("p.map-meaning");
    /** @type {Words | null} */
    this.words = null;
    view.on(["colour"], () => this.take());
    view.on(["query", "between"], () => this.filter());
  }

  clear() {
    this.words = null;
    this.legend.show([]);
    this.numbers.show(null, null);
    this.meaning.textContent = "";
  }

  /** @param {MapClips} clips of another run */
  adopt({ columns, points, shown }) {
    this.words = new Words(points);
    const group = (/** @type {string} */ label, /** @type {Column["per"]} */ per) => {
      const all = columns.offered.filter((column) => column.per === per);
      const options = all.map(({ name, title, meaning }) => make("option", { value: name, title: meaning }, title));
      return options.length ? [make("optgroup", { label }, ...options)] : [];
    };
    this.select.replaceChildren(...group("Of the clip", "clip"), ...group("Of the clip at this step", "snapshot"));
    if (shown) this.select.value = shown.name;
  }

  /**
   * The column to colour by with its values at a step; null where there is none.
   * @param {number} step
   */
  async valuesAt(step) {
    const columns = this.map.clips?.columns;
    const column = columns?.find(this.select.value);
    return columns && column ? columns.at(column, step, this.map.layouts?.made?.version) : null;
  }

  /** Colours by the column that the page looks at; a map that nobody sees waits. */
  take() {
    const { clips, root } = this.map;
    const column = clips?.find(view.state.colour);
    if (column && column.name !== clips?.shown?.name && isSeen(root)) this.by(column.name);
  }

  /**
   * @param {string} name
   * @returns {Promise<void>}
   */
  async by(name) {
    const { run, shownLayout } = this.map;
    this.select.value = name; // also for the first layout, which is to come
    if (!shownLayout) return;
    const values = await this.valuesAt(shownLayout.step);
    if (run !== this.map.run || values?.name !== this.select.value) return;
    if (shownLayout !== this.map.shownLayout) return this.by(name); // the step has changed meanwhile
    this.dress(values);
  }

  /**
   * Gives the points the colours of a column with its values, and tells what they mean.
   * @param {Column | null} column
   */
  dress(column) {
    const { clips, plot, choice, panel } = this.map;
    if (!clips) return;
    clips.shown = column;
    const { classes, scale } = coloursOf(column, clips.points.n);
    this.legend.show(scale ? [] : classes.map((c) => ({ ...c, count: c.ids.length })));
    this.numbers.show(scale, column);
    this.meaning.textContent = column?.meaning ?? "";
    const shown = this.legend.shown();
    plot.classes = classes.map((c, i) => ({ ...c, faded: !scale && !shown(i) }));
    this.light();
    this.filter();
    if (choice.point !== null) panel?.show(clips, choice.point);
  }

  /** Lights the class of the chosen clip. */
  light() {
    const { plot, choice } = this.map;
    const { point } = choice;
    const own = point === null ? undefined : plot.classOf(point);
    this.legend.light(own ? plot.classes.indexOf(own) : null);
  }

  /**
   * All classes but those in `shown` go grey.
   * @param {(index: number) => boolean} shown
   */
  fade(shown) {
    for (const [i, one] of this.map.plot.classes.entries()) one.faded = !shown(i);
    this.tell();
  }

  /** What numbers or words leave out goes grey. */
  filter() {
    const { clips, plot } = this.map;
    if (!clips || !this.words) return;
    const { query, between } = view.state;
    plot.dimmed = leftOut(clips.points.n, [this.words.finder(query), within(clips.shown, between)]);
    this.tell();
  }

  tell() {
    const { clips, plot } = this.map;
    plot.repaint();
    if (clips) this.search.tell(this.kept().length, clips.points.n);
  }

  /** The points that all filters leave, in the order of the clips. */
  kept() {
    const { plot } = this.map;
    const shown = this.legend.shown();
    const ids = plot.classes.filter((_, i) => shown(i)).flatMap((one) => [...one.ids]);
    return ids.filter((id) => !plot.dimmed?.[id]).sort((a, b) => a - b);
  }
}
