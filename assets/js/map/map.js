// The live map of a run's probe clips: see them move as it learns, hear any of them, see who is truly near.

import { make, onShown } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { isSoftware } from "../core/frames.js";
import { isSeen, onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";
import { onTheme } from "../core/theme.js";
import { view } from "../core/view.js";
import { load, play } from "../sound/sound.js";
import { MapClips } from "./clips.js";
import { coloursOf } from "./colours.js";
import { LayoutWords } from "./layout_words.js";
import { Layouts, sameLayout } from "./layouts.js";
import { Legend } from "./legend.js";
import { NumberLegend } from "./number_legend.js";
import { Panel } from "./panel.js";
import { MapPlot } from "./plot.js";
import { SelectionLine, selected, toggle } from "./selection.js";
import { Timeline } from "./timeline.js";
import { Tip } from "./tip.js";

const NEIGHBOURS = 10;
const MOVE_MS = isSoftware() ? 480 : 750;
const SCRUB_MS = 250;
const SOUNDS_MS = 3000;
const NO_PLOTLY = "The map cannot be zoomed, since plotly.js could not be loaded; reload the page to try again.";
const NO_RUN = "No run is chosen. Start a training, or choose a run above.";
/** @type {Record<string, [dx: number, dy: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @import { Feed } from "../core/feed.js" */
/** @import { Column, MapValue, Neighbour, PartWith, Points, Ring } from "../core/types.d.ts" */
/** @import { Layout } from "./layouts.js" */

export class MapView {
  /**
   * @param {HTMLElement} root
   * @param {{panel?: boolean, panelIn?: string}} options whether the chosen clip and its neighbours are shown; beside the map,
   *   or in the element of this id
   */
  constructor(root, { panel = true, panelIn = "" } = {}) {
    this.root = root;
    /** @type {string | null} */
    this.run = null;
    /** @type {Layouts | null} of the run */
    this.layouts = null;
    /** @type {MapClips | null} of the run, once its points are known */
    this.clips = null;
    /** @type {Layout | null} */
    this.shownLayout = null;
    /** @type {number | null} a point */
    this.chosen = null;
    /** @type {Neighbour[]} of the chosen point */
    this.near = [];
    /** @type {MapValue | null} */
    this.marked = null;
    /** @type {number | undefined} when the chosen point was asked for here */
    this.asked = undefined;
    this.behind = false; // a clip was chosen while nobody saw the map
    this.unzoomed = ""; // why the map cannot be zoomed
    this.stopFollowing = () => {};
    this.stage = make("div.map-stage", {
      tabindex: "0",
      role: "application",
      "aria-label": "Map of clips: arrow keys move between clips, Enter plays",
    });
    this.tip = new Tip(this.stage);
    this.plot = new MapPlot(this.stage, {
      onHover: (point, event) => this.hover(point, event),
      onLeave: () => this.tip.hide(),
      onClick: (point, event) => {
        if (event.shiftKey && this.clips) toggle(this.clips.clipOf(point));
        else this.choose(point, { asked: event.timeStamp });
      },
    });
    this.message = make("div.map-message", { role: "status" });
    this.stage.append(this.tip.box, this.message);
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.timeline = new Timeline((step) => this.showStep(step));
    this.legend = new Legend((shown) => this.plot.fade(shown));
    this.numbers = new NumberLegend();
    this.colour = make("select", { onchange: () => view.set({ colour: this.colour.value }) });
    this.meaning = make("p.map-meaning");
    this.words = new LayoutWords();
    this.said = make("div.unseen", { "aria-live": "polite" });
    this.selection = new SelectionLine();
    const { badge, trust, note } = this.words;
    this.main = make(
      "div.map-main",
      {},
      make("div.map-bar", {}, make("label.pick", {}, "Colour by", this.colour), badge, trust),
      this.stage,
      this.timeline.box,
      this.legend.box,
      this.numbers.box,
      this.meaning,
      this.selection.box,
      note,
      this.said,
    );
    this.root.append(this.main);
    this.panel = panel ? new Panel((point) => this.choose(point)) : null;
    const slot = panelIn && document.querySelector(`#${panelIn} .clip-slot`);
    if (this.panel) (slot || this.root).append(this.panel.box);
    this.root.classList.toggle("with-panel", this.panel !== null && !slot);
    onTheme(() => this.changeTheme());
    const silent = () => this.clips?.points.sounds === false && isSeen(root);
    onPulse(() => this.askForSounds(), { every: SOUNDS_MS, seen: silent });
    this.clear(NO_RUN);
    view.on(["runs"], () => this.open(view.run));
    view.on(["clip"], () => this.takeClip());
    view.on(["colour"], () => this.takeColour());
    view.on(["selection"], () => this.ring());
    onShown(root, () => {
      this.takeColour();
      if (this.behind) this.takeClip();
    });
    this.open(view.run);
  }

  /**
   * Places to mark on the map of a run, or null.
   * @param {MapValue | null} value
   */
  mark(value) {
    this.marked = value;
    this.ring();
  }

  /** @param {string | null} run */
  open(run) {
    if (run === this.run) return;
    this.stopFollowing();
    this.stopFollowing = () => {};
    this.run = run;
    this.plot.zoomKey = run; // another run begins unzoomed
    this.layouts = null;
    this.clips = null;
    this.shownLayout = null;
    this.chosen = null;
    this.near = [];
    this.panel?.clear();
    this.clear(run === null ? NO_RUN : "");
    if (run === null) return;
    this.root.dataset.state = "loading";
    const feed = feedOf(run);
    this.layouts = new Layouts(feed);
    const follow = [
      feed.follow("layouts", this.root, () => this.news(feed)),
      feed.follow("status", this.root, () => this.explain(feed)),
    ];
    this.stopFollowing = () => {
      for (const stop of follow) stop();
    };
  }

  /** @param {string} text */
  clear(text) {
    this.root.dataset.state = "empty";
    this.message.textContent = text;
    this.timeline.offer([]);
    this.legend.show([]);
    this.numbers.show(null, null);
    this.plot.ring([]);
    this.words.clear();
    for (const element of [this.meaning, this.tip.box]) element.textContent = "";
  }

  /** @param {Feed} feed */
  async news(feed) {
    const steps = feed.layouts?.steps ?? [];
    if (!steps.length || feed.name !== this.run) return;
    if (!this.clips) {
      const points = await source.points(feed.name).catch((/** @type {Error} */ error) => error);
      if (feed.name !== this.run) return;
      if (points instanceof Error) return this.clear(points.message);
      if (!this.clips) this.adopt(feed.name, points);
    }
    this.timeline.offer(steps);
  }

  /**
   * @param {string} run
   * @param {Points} points
   */
  adopt(run, points) {
    this.clips = new MapClips(run, points, view.state.colour);
    const { columns, shown } = this.clips;
    const group = (/** @type {string} */ label, /** @type {Column["per"]} */ per) => {
      const all = columns.offered.filter((column) => column.per === per);
      const options = all.map(({ name, title, meaning }) => make("option", { value: name, title: meaning }, title));
      return options.length ? [make("optgroup", { label }, ...options)] : [];
    };
    this.colour.replaceChildren(...group("Of the clip", "clip"), ...group("Of the clip at this step", "snapshot"));
    if (shown) this.colour.value = shown.name;
  }

  /** The sounds of a run may still be being opened, or be made later. */
  async askForSounds() {
    const { run } = this;
    if (run === null) return;
    const points = await source.points(run).catch(() => null);
    if (!points || run !== this.run || !this.clips || points.n !== this.clips.points.n) return;
    Object.assign(this.clips.points, { sounds: points.sounds, note: points.note });
    this.describeLayout();
    if (points.sounds) this.takeClip();
  }

  /** @param {Feed} feed */
  explain(feed) {
    if (feed.name !== this.run || this.shownLayout) return;
    if (feed.layouts?.steps.length) return;
    if (feed.trouble) return this.clear(feed.trouble);
    if (!feed.status) return;
    this.clear(
      feed.mapping
        ? "The map is being made, which takes a few seconds."
        : isActive(feed.status)
          ? "The map appears with the first snapshot, a few seconds after training starts."
          : "This run has no snapshot to draw.",
    );
  }

  /** @param {number} step */
  async showStep(step) {
    const { run, layouts } = this;
    if (!layouts) return;
    const [layout, values] = await Promise.all([layouts.at(step).catch(() => null), this.valuesAt(step)]);
    if (!layout || run !== this.run || step !== this.timeline.step || sameLayout(layout, this.shownLayout)) return;
    const before = this.shownLayout;
    const { steps } = this.timeline;
    const jump = before && Math.abs(steps.indexOf(before.step) - steps.indexOf(step)) > 1;
    this.shownLayout = layout;
    this.message.textContent = "";
    this.describeLayout();
    if (values?.name === this.colour.value) this.dress(values);
    if (!before) {
      this.root.dataset.state = "shown";
      this.draw(layout);
      this.takeClip();
    } else await this.plot.moveTo(layout.x, layout.y, jump ? SCRUB_MS : MOVE_MS);
    if (this.chosen !== null) this.findNeighbours();
  }

  /**
   * The points where they are, in their colours and on axes that zoom.
   * @param {Layout} layout
   */
  draw({ x, y }) {
    const { run } = this;
    this.plot
      .draw(x, y, this.plot.classes)
      .then(
        () => (this.unzoomed = ""),
        () => (this.unzoomed = NO_PLOTLY),
      )
      .then(() => {
        if (run === this.run) this.describeLayout();
      });
  }

  changeTheme() {
    if (!this.clips || !this.shownLayout) return;
    this.dress(this.clips.shown);
    this.draw(this.shownLayout);
  }

  describeLayout() {
    if (!this.shownLayout) return;
    const trust = this.layouts?.feed.layouts?.trust[this.shownLayout.step];
    this.words.tell(this.shownLayout, trust, { before: this.unzoomed, after: this.clips?.points.note });
  }

  /**
   * The column to colour by with its values at a step; null where there is none.
   * @param {number} step
   */
  async valuesAt(step) {
    const columns = this.clips?.columns;
    const column = columns?.find(this.colour.value);
    return columns && column ? columns.at(column, step, this.layouts?.feed.layouts?.version) : null;
  }

  /** Colours by the column that the page looks at; a map that nobody sees waits. */
  takeColour() {
    const column = this.clips?.find(view.state.colour);
    if (column && column.name !== this.clips?.shown?.name && isSeen(this.root)) this.colourBy(column.name);
  }

  /**
   * @param {string} name
   * @returns {Promise<void>}
   */
  async colourBy(name) {
    const { run, shownLayout } = this;
    if (!shownLayout) return;
    this.colour.value = name;
    const values = await this.valuesAt(shownLayout.step);
    if (run !== this.run || values?.name !== this.colour.value) return;
    if (shownLayout !== this.shownLayout) return this.colourBy(name); // the step has changed meanwhile
    this.dress(values);
  }

  /**
   * Gives the points the colours of a column with its values, and tells what they mean.
   * @param {Column | null} column
   */
  dress(column) {
    if (!this.clips) return;
    this.clips.shown = column;
    const { classes, scale } = coloursOf(column, this.clips.points.n);
    this.legend.show(scale ? [] : classes.map((c) => ({ ...c, count: c.ids.length })));
    this.numbers.show(scale, column);
    this.meaning.textContent = column?.meaning ?? "";
    const shown = this.legend.shown();
    this.plot.colour(classes.map((c, i) => ({ ...c, faded: !scale && !shown(i) })));
    if (this.chosen !== null) this.panel?.show(this.clips, this.chosen);
  }

  /**
   * @param {number} point
   * @param {MouseEvent} event
   */
  hover(point, event) {
    if (!this.clips) return;
    this.tip.show(this.clips, point, event);
    const sound = this.clips.soundOf(point);
    if (!sound) return;
    if (event.altKey) play(sound, { asked: event.timeStamp });
    else load(sound).catch(() => {}); // so that a click is heard at once
  }

  /**
   * A visitor chooses a point, and so its clip, everywhere on the page, and hears it; `asked` is when.
   * @param {number} point
   * @param {{asked?: number}} options
   */
  choose(point, { asked } = {}) {
    if (!this.clips) return;
    const sound = this.clips.soundOf(point);
    if (sound) play(sound, { asked });
    this.asked = asked;
    view.set({ clip: this.clips.clipOf(point) }, { again: true });
  }

  /** Shows the clip that is chosen on the page, where it is one of the map's. A map that nobody sees waits. */
  takeClip() {
    this.behind = !isSeen(this.root);
    if (this.behind || !this.clips || !this.shownLayout) return;
    const { asked, clips } = this;
    const { clip } = view.state;
    this.asked = undefined;
    this.chosen = clips.pointOf(clip);
    this.near = [];
    this.ring();
    if (this.chosen === null)
      return this.panel?.clear(clip === null ? "" : "The chosen clip is not one of those on the map.");
    this.panel?.show(clips, this.chosen);
    this.said.textContent = `${clips.title(this.chosen)}, ${clips.facts(this.chosen)}`;
    this.findNeighbours(asked);
  }

  async findNeighbours(asked = performance.now()) {
    const { chosen, clips, run, shownLayout } = this;
    if (chosen === null || !clips || run === null || !shownLayout) return;
    this.panel?.wait(NEIGHBOURS);
    const asking = source.neighbours(run, shownLayout.step, chosen, NEIGHBOURS);
    const found = await asking.catch((/** @type {Error} */ error) => error);
    if (chosen !== this.chosen || run !== this.run) return;
    if (found instanceof Error) return this.panel?.list.show([], found.message);
    this.near = found;
    this.ring();
    this.panel?.showNear(clips, found);
    const milliseconds = performance.now() - asked;
    document.dispatchEvent(new CustomEvent("hearsight:neighbours", { detail: { point: chosen, milliseconds } }));
  }

  ring() {
    this.selection.tell();
    if (!this.clips) return;
    const ids = new Set(selected());
    const points = ids.size ? this.clips.points.clips.flatMap((clip, point) => (ids.has(clip) ? [point] : [])) : [];
    const marks = this.marked?.run === this.run ? (this.marked.marks ?? []) : [];
    /** @type {Ring[]} */
    const rings = points.map((point) => ({ point, kind: "selected" }));
    for (const [i, { point }] of this.near.entries()) rings.push({ point, kind: "near", text: `${i + 1}` });
    if (this.chosen !== null) rings.push({ point: this.chosen, kind: "chosen" });
    for (const mark of marks) rings.push({ ...mark, kind: "mark", text: mark.label ?? "your sound" });
    this.plot.ring(rings);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.clips || !this.shownLayout || event.target !== this.stage) return;
    const way = WAYS[event.key];
    if (way) {
      const next = this.chosen === null ? 0 : this.plot.nextTowards(this.chosen, ...way);
      if (next !== null) this.choose(next, { asked: event.timeStamp });
    } else if ((event.key === "Enter" || event.key === " ") && this.chosen !== null) {
      this.choose(this.chosen, { asked: event.timeStamp });
    } else if (event.key === "Escape") {
      view.set({ clip: null });
    } else return;
    event.preventDefault();
  }
}

/**
 * The component: shows the run that is looked at; its value are places to mark.
 * @param {HTMLElement} root
 * @param {PartWith<{panel?: boolean, panel_in?: string}, MapValue>} part
 */
export function mount(root, { props, watch }) {
  const map = new MapView(root, { panel: props.panel !== false, panelIn: props.panel_in });
  watch("value", () => map.mark(props.value));
  map.mark(props.value);
  Object.assign(root, { view: map }); // for whoever looks into the page
}
