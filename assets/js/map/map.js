// The live map of a run's probe clips: see them move as it learns, hear any of them, see who is truly near.

import { make, onShown } from "../core/elements.js";
import { first } from "../core/first.js";
import { isSoftware } from "../core/frames.js";
import { onTheme } from "../core/theme.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";
import { load } from "../sound/sound.js";
import { Choice } from "./choice.js";
import { Colouring } from "./colouring.js";
import { Dock } from "./dock.js";
import { Following } from "./following.js";
import { HoverToHear } from "./hear.js";
import { KEYS, onKey } from "./keys.js";
import { LayoutWords } from "./layout_words.js";
import { sameLayout } from "./layouts.js";
import { Lost } from "./lost.js";
import { MovedMost } from "./moved.js";
import { Names } from "./names.js";
import { Panel } from "./panel.js";
import { MapPlot } from "./plot.js";
import { SelectionLine, selected, selectPoints, toggle } from "./selection.js";
import { Timeline } from "./timeline.js";
import { Tip } from "./tip.js";
import { Tools } from "./tools.js";
import { Trails } from "./trails.js";

const moveMs = () => (isSoftware() ? 480 : 750);
const SCRUB_MS = 250;

/** @import { MapValue, PartWith, Ring } from "../core/types.d.ts" */
/** @import { MapClips } from "./clips.js" */
/** @import { Layout, Layouts } from "./layouts.js" */

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
    /** @type {MapValue | null} */
    this.marked = null;
    this.answered = () => {}; // says that the run's map is there, or why it is not
    this.following = new Following(this);
    this.stage = make("div.map-stage", {
      tabindex: "0",
      role: "application",
      "aria-label": `Map of clips: ${KEYS}`,
    });
    this.tip = new Tip(this.stage);
    this.hear = new HoverToHear();
    this.plot = new MapPlot(this.stage, {
      onHover: (point, event) => this.hover(point, event),
      onLeave: () => {
        this.hear.leave();
        this.tip.hide();
      },
      onClick: (point, event) => {
        this.hear.leave();
        if (event.shiftKey && this.clips) toggle(this.clips.clipOf(point));
        else this.choice.choose(point, { asked: event.timeStamp });
      },
      onSelect: (points, adds) => this.clips && selectPoints(this.clips, points, adds),
    });
    this.tools = new Tools(this.plot);
    this.message = make("div.map-message", { role: "status" });
    this.names = new Names(this.plot, () => this.clips);
    const keys = make("p.map-keys", { "aria-hidden": "true" }, `Keys: ${KEYS}`);
    this.stage.append(this.names.box, this.tip.box, this.message, new Lost(this.plot).box, keys);
    this.stage.addEventListener("keydown", (event) => onKey(this, event));
    this.timeline = new Timeline((step) => this.showStep(step));
    this.colouring = new Colouring(this);
    this.choice = new Choice(this);
    this.words = new LayoutWords();
    this.selection = new SelectionLine(!panel);
    this.trails = new Trails(this);
    this.moved = new MovedMost(this);
    this.stage.insertBefore(this.trails.canvas, this.plot.surface);
    const { pick, legend, numbers, meaning, search } = this.colouring;
    const { badge, trust, part, note } = this.words;
    this.main = make(
      "div.map-main",
      {},
      make("div.map-bar", {}, this.tools.box, this.hear.box),
      this.stage,
      this.timeline.box,
      make("div.map-bar", {}, pick, search.box, this.moved.box, this.trails.switch),
      legend.box,
      numbers.box,
      meaning,
      this.selection.box,
      make("div.map-words", {}, badge, trust, part, note),
      this.choice.said,
    );
    this.root.append(this.main);
    this.panel = panel ? new Panel((point) => this.choice.choose(point)) : null;
    this.dock = this.panel && new Dock(this.panel.box);
    const slot = panelIn && document.querySelector(`#${panelIn} .clip-slot`);
    if (this.panel) (slot || this.root).append(this.panel.box);
    if (this.dock) this.root.append(this.dock.box);
    this.root.classList.toggle("with-panel", this.panel !== null && !slot);
    onTheme(() => this.colouring.dress(this.clips?.shown ?? null));
    this.expect();
    this.clear(known.none);
    known.on(() => view.run === null && this.clear(known.none));
    view.on(["runs"], () => this.open(view.run));
    view.on(["selection"], () => this.ring());
    view.on(["solid"], () => this.following.begin());
    onShown(root, () => {
      this.colouring.take();
      if (this.choice.behind) this.choice.take();
    });
    this.open(view.run);
  }

  /** The chosen point, or null. */
  get chosen() {
    return this.choice.point;
  }

  /** The true neighbours of the chosen point. */
  get near() {
    return this.choice.near;
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
    this.following.end();
    this.run = run;
    this.plot.zoomKey = run; // another run begins unzoomed
    this.layouts = null;
    this.clips?.leave();
    this.clips = null;
    this.shownLayout = null;
    this.choice.forget();
    this.panel?.clear();
    this.dock?.show(null, null);
    this.clear(run === null ? known.none : "");
    if (run === null) return;
    this.root.dataset.state = "loading";
    this.expect();
    this.following.begin();
  }

  /** A map, or why there is none, is what a visitor waits for first. */
  expect() {
    this.answered();
    const coming = new Promise((settle) => {
      this.answered = () => settle(null);
    });
    first(coming);
  }

  /** @param {string} text */
  clear(text) {
    if (text && known.asked) this.answered();
    this.root.dataset.state = "empty";
    this.message.textContent = text;
    this.timeline.offer([]);
    this.colouring.clear();
    this.plot.clear();
    this.words.clear();
  }

  /** @param {number} step */
  async showStep(step) {
    const { run, layouts } = this;
    if (!layouts) return;
    const [layout, values] = await Promise.all([layouts.at(step).catch(() => null), this.colouring.valuesAt(step)]);
    if (!layout || run !== this.run || step !== this.timeline.step || sameLayout(layout, this.shownLayout)) return;
    const before = this.shownLayout;
    const { steps } = this.timeline;
    const jump = before && Math.abs(steps.indexOf(before.step) - steps.indexOf(step)) > 1;
    this.shownLayout = layout;
    this.moved.offer();
    this.trails.ask();
    this.message.textContent = "";
    this.describeLayout();
    const { value } = this.colouring.select;
    if (values?.name === value) this.colouring.dress(values);
    else this.colouring.by(value); // another was chosen meanwhile
    if (!before) {
      this.root.dataset.state = "shown";
      this.plot.draw(layout, this.plot.classes);
      this.choice.take();
      this.ring();
      this.answered();
    } else await this.plot.moveTo(layout, jump ? SCRUB_MS : moveMs());
    if (this.chosen !== null) this.choice.find();
  }

  describeLayout() {
    if (!this.shownLayout) return;
    const trust = this.layouts?.made?.trust[this.shownLayout.step];
    this.words.tell(this.shownLayout, trust, this.clips?.points);
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
    load(sound).catch(() => {}); // so that it is heard at once
    this.hear.point(sound, event);
  }

  ring() {
    this.selection.tell();
    if (!this.clips) return;
    const ids = new Set(selected());
    this.plot.selected = ids.size ? this.clips.points.clips.flatMap((clip, i) => (ids.has(clip) ? [i] : [])) : [];
    const marks = this.marked?.run === this.run ? (this.marked.marks ?? []) : [];
    const alone = marks.length > 0 && this.marked?.alone; // the rings are of a sound that is no clip of the map
    const near = alone ? [] : this.near;
    /** @type {Ring[]} */
    const rings = near.map(({ point }, i) => ({ point, kind: "near", text: `${i + 1}` }));
    if (this.chosen !== null && !alone) rings.push({ point: this.chosen, kind: "chosen" });
    for (const mark of marks) rings.push({ ...mark, kind: "mark", text: mark.label ?? "your sound" });
    this.plot.ring(rings);
    this.trails.ask();
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
