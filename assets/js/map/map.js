// The live map of a run's probe clips: see them move as it learns, hear any of them, see who is truly near.

import { MOST_SELECTED, NOT_INCLUDED } from "../core/address.js";
import { make, onShown } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { isSoftware } from "../core/frames.js";
import { isSeen, onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";
import { onTheme } from "../core/theme.js";
import { view } from "../core/view.js";
import { ClipsView } from "../sound/clips.js";
import { SoundView } from "../sound/player.js";
import { load, play } from "../sound/sound.js";
import { coloursOf } from "./colours.js";
import { Columns } from "./columns.js";
import { Legend } from "./legend.js";
import { NumberLegend } from "./number_legend.js";
import { MapPlot } from "./plot.js";
import { Timeline } from "./timeline.js";

const NEIGHBOURS = 10;
const MOVE_MS = isSoftware() ? 480 : 750;
const SCRUB_MS = 250;
const SOUNDS_MS = 3000;
const NO_PLOTLY = "The map cannot be zoomed, since plotly.js could not be loaded; reload the page to try again.";

export class MapView {
  constructor(root, { panel = true } = {}) {
    this.root = root;
    this.run = undefined; // none was shown yet
    this.chosen = null;
    this.near = [];
    this.marked = null;
    this.layouts = new Map(); // step → promise of {x, y}
    this.stage = make("div.map-stage", {
      tabindex: "0",
      role: "application",
      "aria-label": "Map of clips: arrow keys move between clips, Enter plays",
    });
    this.plot = new MapPlot(this.stage, {
      onHover: (point, event) => this.hover(point, event),
      onLeave: () => this.leave(),
      onClick: (point, event) => {
        if (event?.shiftKey) this.select(point);
        else this.choose(point, { asked: event?.timeStamp });
      },
    });
    this.tip = make("div.map-tip", { "aria-hidden": "true" });
    this.message = make("div.map-message", { role: "status" });
    this.stage.append(this.tip, this.message);
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.timeline = new Timeline((step) => this.showStep(step));
    this.legend = new Legend((shown) => this.plot.fade(shown));
    this.numbers = new NumberLegend();
    this.colour = make("select", { onchange: () => view.set({ colour: this.colour.value }) });
    this.meaning = make("p.map-meaning");
    this.badge = make("span.badge");
    this.trust = make("span.map-trust");
    this.note = make("p.map-note");
    this.said = make("div.unseen", { "aria-live": "polite" });
    this.selected = make("p.map-selection", { role: "status", hidden: true });
    const bar = make("div.map-bar", {}, make("label.pick", {}, "Colour by", this.colour), this.badge, this.trust);
    this.main = make(
      "div.map-main",
      {},
      bar,
      this.stage,
      this.timeline.box,
      this.legend.box,
      this.numbers.box,
      this.meaning,
      this.selected,
      this.note,
      this.said,
    );
    this.root.append(this.main);
    if (panel) this.addPanel();
    onTheme(() => this.changeTheme());
    onPulse(() => this.askForSounds(), { every: SOUNDS_MS, seen: () => this.points?.sounds === false && isSeen(root) });
    this.clear("No run is chosen. Start a training, or choose a run above.");
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

  addPanel() {
    this.player = new SoundView(make("div"), {
      empty: "Click a point of the map: it is played at once and shown here.",
    });
    this.list = new ClipsView(make("div"), {
      empty: "The nearest clips of the chosen one are listed here.",
      action: "Go to this clip on the map",
      onAction: (_, row) => this.choose(row.point),
    });
    const heading = make("h3", {}, "Truly nearest");
    heading.title = "By cosine similarity of the whole embeddings, not by distance on the flat map";
    this.root.append(make("aside.map-panel", {}, this.player.box, heading, this.list.list));
    this.root.classList.add("with-panel");
  }

  /** {run, marks}: places to mark on the map of a run, or null. */
  mark(value) {
    this.marked = value;
    this.ring();
  }

  open(run) {
    if (run === this.run) return;
    this.stopFollowing?.();
    this.run = run;
    this.plot.zoomKey = run; // another run begins unzoomed
    this.points = null;
    this.layouts.clear();
    this.shownLayout = null;
    this.chosen = null;
    this.near = [];
    this.player?.show(null);
    this.list?.show([]);
    if (!run) return this.clear("No run is chosen. Start a training, or choose a run above.");
    this.clear("");
    this.root.dataset.state = "loading";
    const feed = feedOf(run);
    const follow = [
      feed.follow("layouts", this.root, () => this.news(feed)),
      feed.follow("status", this.root, () => this.explain(feed)),
    ];
    this.stopFollowing = () => {
      for (const stop of follow) stop();
    };
  }

  clear(text) {
    this.root.dataset.state = "empty";
    this.message.textContent = text;
    this.timeline.offer([]);
    this.legend.show([]);
    this.numbers.show(null);
    this.plot.ring([]);
    for (const element of [this.badge, this.trust, this.meaning, this.note, this.tip]) element.textContent = "";
    this.badge.hidden = true;
  }

  async news(feed) {
    const { steps } = feed.layouts;
    if (!steps.length || feed.name !== this.run) return;
    if (!this.points) {
      const points = await source.points(this.run).catch((error) => ({ trouble: error.message }));
      if (feed.name !== this.run) return;
      if (points.trouble) return this.clear(points.trouble);
      if (!this.points) this.adopt(points);
    }
    this.timeline.offer(steps);
  }

  adopt(points) {
    this.points = points;
    this.columns = new Columns(this.run, points.columns, points.main_facet);
    this.shown = this.columns.find(view.state.colour ?? points.main_facet); // the column that gives the colours, with its values
    const options = (per) =>
      this.columns.offered
        .filter((column) => column.per === per)
        .map(({ name, title, meaning }) => make("option", { value: name, title: meaning }, title));
    const [fixed, moving] = [options("clip"), options("snapshot")];
    const group = (label, all) => (all.length ? [make("optgroup", { label }, ...all)] : []);
    this.colour.replaceChildren(...group("Of the clip", fixed), ...group("Of the clip at this step", moving));
    if (this.shown) this.colour.value = this.shown.name;
  }

  /** The sounds of a run may still be being opened, or be made later. */
  async askForSounds() {
    const { run } = this;
    const points = await source.points(run).catch(() => null);
    if (!points || run !== this.run || !this.points || points.n !== this.points.n) return;
    Object.assign(this.points, { sounds: points.sounds, note: points.note });
    if (this.shownLayout) this.describeLayout(this.shownLayout);
    if (points.sounds) this.takeClip();
  }

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

  layoutOf(step) {
    const { version, kinds } = feedOf(this.run).layouts;
    if (this.layoutsVersion !== version) this.layouts.clear(); // a place may have been made anew
    this.layoutsVersion = version;
    if (!this.layouts.has(step)) {
      const found = source.layout(this.run, step).then(({ x, y }) => ({ step, kind: kinds[step], x, y }));
      this.layouts.set(step, found);
      found.catch(() => this.layouts.delete(step));
    }
    return this.layouts.get(step);
  }

  async showStep(step) {
    const run = this.run;
    const [layout, values] = await Promise.all([this.layoutOf(step).catch(() => null), this.valuesAt(step)]);
    if (!layout || run !== this.run || step !== this.timeline.step || sameLayout(layout, this.shownLayout)) return;
    const first = this.shownLayout === null;
    const jump =
      this.shownLayout &&
      Math.abs(this.timeline.steps.indexOf(this.shownLayout.step) - this.timeline.steps.indexOf(step)) > 1;
    this.shownLayout = layout;
    this.message.textContent = "";
    this.describeLayout(layout);
    if (values?.name === this.colour.value) this.dress(values);
    if (first) {
      this.root.dataset.state = "shown";
      this.draw();
      this.takeClip();
    } else await this.plot.moveTo(layout.x, layout.y, jump ? SCRUB_MS : MOVE_MS);
    if (this.chosen !== null) this.findNeighbours();
  }

  /** The points where they are, in their colours and on axes that zoom. */
  draw() {
    const { run, shownLayout } = this;
    const zooms = this.plot.draw(shownLayout.x, shownLayout.y, this.plot.classes);
    zooms
      .then(
        () => (this.unzoomed = ""),
        () => (this.unzoomed = NO_PLOTLY),
      )
      .then(() => {
        if (run === this.run && this.shownLayout) this.describeLayout(this.shownLayout);
      });
  }

  changeTheme() {
    if (!this.points || !this.shownLayout) return;
    this.dress(this.shown);
    this.draw();
  }

  /** Which kind of map it is, how far it can be trusted, and what its distances mean. */
  describeLayout({ step, kind }) {
    const trust = feedOf(this.run).layouts.trust?.[step];
    const umap = kind === "umap";
    this.badge.hidden = false;
    this.badge.textContent = umap ? "UMAP" : "PCA";
    this.badge.title = umap
      ? "UMAP: keeps neighbours together"
      : "PCA: the two directions of largest spread, shown until UMAP is ready";
    this.trust.textContent = Number.isFinite(trust) ? `trust ${trust.toFixed(2)}` : "";
    this.trust.title = "Trustworthiness: how far neighbours on this map are true neighbours; 1 is all of them";
    const meaning = umap
      ? "UMAP keeps neighbours together: what lies close sounds alike to the model, but the distance between far groups, their sizes and the axes mean nothing."
      : "PCA shows the two directions in which the embeddings spread most; clips that lie close here may be far apart in the others.";
    const rings = "Rings show the true nearest clips. A click with Shift selects clips.";
    const said = [this.unzoomed, meaning, rings, this.points.note];
    this.note.textContent = said.filter(Boolean).join(" ");
  }

  /** The column to colour by with its values at a step; null where there is none. */
  async valuesAt(step) {
    const column = this.columns.find(this.colour.value);
    return column && this.columns.at(column, step, feedOf(this.run).layouts?.version);
  }

  /** Colours by the column that the page looks at; a map that nobody sees waits. */
  takeColour() {
    const column = this.points && this.columns.find(view.state.colour ?? this.points.main_facet);
    if (column && column.name !== this.shown?.name && isSeen(this.root)) this.colourBy(column.name);
  }

  async colourBy(name) {
    if (!this.points || !this.shownLayout) return;
    const { run, shownLayout } = this;
    this.colour.value = name;
    const values = await this.valuesAt(shownLayout.step);
    if (run !== this.run || values?.name !== this.colour.value) return;
    if (shownLayout !== this.shownLayout) return this.colourBy(name); // the step has changed meanwhile
    this.dress(values);
  }

  /** Gives the points the colours of a column with its values, and tells what they mean. */
  dress(column) {
    this.shown = column;
    const { classes, scale } = coloursOf(column, this.points.n);
    this.legend.show(scale ? [] : classes.map((c) => ({ ...c, count: c.ids.length })));
    this.numbers.show(scale, column);
    this.meaning.textContent = column?.meaning ?? "";
    const shown = this.legend.shown();
    this.plot.colour(classes.map((c, i) => ({ ...c, faded: !scale && !shown(i) })));
    if (this.chosen !== null) this.tellFacts();
  }

  soundOf(point) {
    const { sounds, clips, fingerprint } = this.points;
    return sounds ? { fingerprint, index: clips[point] } : null;
  }

  labelOf(point) {
    return this.columns.title(point, this.shown);
  }

  allLabels(point) {
    return this.columns.facts(point, this.shown);
  }

  hover(point, event) {
    const box = this.stage.getBoundingClientRect();
    this.tip.replaceChildren(
      make("strong", {}, this.labelOf(point)),
      make("span", {}, this.columns.everything(point, this.shown)),
    );
    this.tip.classList.add("shown");
    const x = Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 6);
    const y = Math.max(6, event.clientY - box.top - this.tip.offsetHeight - 10);
    this.tip.style.transform = `translate(${x}px, ${y}px)`;
    const sound = this.soundOf(point);
    if (!sound) return;
    if (event.altKey) play(sound, { asked: event.timeStamp });
    else load(sound).catch(() => {}); // so that a click is heard at once
  }

  leave() {
    this.tip.classList.remove("shown");
  }

  /** A visitor chooses a point, and so its clip, everywhere on the page, and hears it; `asked` is when. */
  choose(point, { asked } = {}) {
    const sound = this.soundOf(point);
    if (sound) play(sound, { asked });
    this.asked = asked;
    view.set({ clip: this.points.clips[point] }, { again: true });
  }

  /** Adds a point's clip to those that are selected, or takes it away. */
  select(point) {
    const clip = this.points.clips[point];
    const ids = view.state.selection === NOT_INCLUDED ? [] : view.state.selection;
    view.set({ selection: ids.includes(clip) ? ids.filter((id) => id !== clip) : [...ids, clip] });
  }

  /** What is said of the selection, with a way to end it. */
  describeSelection({ selection }) {
    const lost = selection === NOT_INCLUDED;
    this.selected.hidden = !lost && !selection.length;
    const words = lost
      ? `The selection is not included in this link: it held more than ${MOST_SELECTED} clips. `
      : `${selection.length === 1 ? "1 clip is" : `${selection.length} clips are`} selected. `;
    const end = make("button.plain", { type: "button", onclick: () => view.set({ selection: [] }) }, "Clear");
    this.selected.replaceChildren(words, end);
  }

  /** Shows the clip that is chosen on the page, where it is one of the map's. A map that nobody sees waits. */
  takeClip() {
    this.behind = !isSeen(this.root);
    if (this.behind || !this.points || !this.shownLayout) return;
    const { asked } = this;
    const { clip } = view.state;
    const point = this.points.clips.indexOf(clip);
    this.asked = undefined;
    this.chosen = point < 0 ? null : point;
    this.near = [];
    this.ring();
    if (point < 0) {
      this.player?.show(null);
      if (clip !== null) this.player?.say("The chosen clip is not one of those on the map.", "empty");
      return this.list?.show([]);
    }
    const title = this.labelOf(point);
    this.tellFacts();
    this.said.textContent = `${title}, ${this.allLabels(point)}`;
    this.findNeighbours(asked);
  }

  /** What is known of the chosen clip, beside its sound. */
  tellFacts() {
    const [sound, title] = [this.soundOf(this.chosen), this.labelOf(this.chosen)];
    this.player?.show(sound ? { sound, title, subtitle: this.allLabels(this.chosen) } : null);
    if (!sound) this.player?.say(this.points.note || "The sounds of this run are not on this machine.", "empty");
  }

  async findNeighbours(asked = performance.now()) {
    const { chosen, run, shownLayout } = this;
    if (this.list && !this.list.rows.length) this.list.wait(NEIGHBOURS);
    const asking = source.neighbours(run, shownLayout.step, chosen, NEIGHBOURS);
    const found = await asking.catch((error) => ({ trouble: error.message }));
    if (chosen !== this.chosen || run !== this.run) return;
    if (found.trouble) return this.list?.show([], found.trouble);
    this.near = found;
    this.ring();
    this.list?.show(
      this.near.map(({ point, score }) => ({
        point,
        score,
        sound: this.soundOf(point),
        label: this.labelOf(point),
        note: this.columns.brief(point, this.shown),
      })),
    );
    const milliseconds = performance.now() - asked;
    document.dispatchEvent(new CustomEvent("hearsight:neighbours", { detail: { point: chosen, milliseconds } }));
  }

  ring() {
    this.describeSelection(view.state);
    if (!this.points) return;
    const { selection } = view.state;
    const ids = new Set(selection === NOT_INCLUDED ? [] : selection);
    const selected = ids.size
      ? this.points.clips.flatMap((clip, point) => (ids.has(clip) ? [{ point, kind: "selected" }] : []))
      : [];
    const chosen = this.chosen === null ? [] : [{ point: this.chosen, kind: "chosen" }];
    const near = this.near.map(({ point }, i) => ({ point, kind: "near", text: `${i + 1}` }));
    const marked = this.marked?.run === this.run ? (this.marked.marks ?? []) : [];
    const marks = marked.map((mark) => ({ ...mark, kind: "mark", text: mark.label ?? "your sound" }));
    this.plot.ring([...selected, ...near, ...chosen, ...marks]);
  }

  key(event) {
    if (!this.points || !this.shownLayout || event.target !== this.stage) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
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

const sameLayout = (a, b) =>
  b !== null &&
  a.step === b.step &&
  a.kind === b.kind &&
  a.x.every((v, i) => v === b.x[i]) &&
  a.y.every((v, i) => v === b.y[i]);

/** The component: shows the run that is looked at; value {run, marks}. */
export function mount(root, { props, watch }) {
  const map = new MapView(root, { panel: props.panel !== false });
  watch("value", () => map.mark(props.value));
  map.mark(props.value);
  root.view = map;
}
