// The selected clips of the run that is looked at: heard, counted, compared with the rest, tagged and taken away.

import { NOT_INCLUDED } from "../core/address.js";
import { make, targetOf } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { isSeen } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { AwaitedSounds } from "../map/awaited_sounds.js";
import { MapClips } from "../map/clips.js";
import { selected, selectionWords } from "../map/selection.js";
import { allAlone, counts, differences, restOf } from "./facts.js";
import { SelectedList } from "./list.js";
import { SuggestBox } from "./suggest.js";
import { TagBox } from "./tag_box.js";
import { tagsOf } from "./tags.js";
import { TakeAwayBox } from "./take_away.js";

const MOST_BARS = 5;
const MOST_LINES = 4;
const HOW =
  "Nothing is selected. Draw around points of the map with its box or lasso; with a mouse, Shift and a click take them one by one.";
const LOST = "The selection is not included in this link. ";
const KEYS =
  "Keys: j and k hear the next and the previous one, x takes it out, 1–9 tag the one that is chosen (with Shift all), " +
  "t types a tag (Enter gives it to all, Shift and Enter to the one that is chosen), u undoes.";
const FIELDS = "input, textarea, select, [contenteditable], dialog"; // where keys mean something else

/** @import { Column, Part, Points } from "../core/types.d.ts" */
/** @import { RunTags } from "./tags.js" */

class SelectionPanel {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.count = make("span.selection-count");
    this.list = new SelectedList();
    this.tags = new TagBox();
    this.suggest = new SuggestBox();
    this.away = new TakeAwayBox();
    const clear = () => view.set({ selection: [] });
    this.acts = make(
      "div.selection-acts",
      {},
      this.list.hear,
      make("button.plain", { type: "button", onclick: clear }, "Clear"),
    );
    this.how = make("p.selection-how", {}, HOW);
    this.facts = make("div.selection-facts");
    this.keys = make("p.selection-keys", {}, KEYS);
    const head = make("div.selection-head", {}, make("h2.head-title", {}, "Selection", this.count), this.acts);
    root.append(head, this.how, this.list.box, this.tags.box, this.facts, this.suggest.box, this.away.box, this.keys);
    root.setAttribute("aria-label", "Selection");
    /** @type {string | null} */
    this.run = null;
    /** @type {MapClips | null} */
    this.clips = null;
    /** @type {RunTags | null} */
    this.kept = null;
    this.stopFollowing = () => {};
    this.sounds = new AwaitedSounds(
      root,
      () => this.clips,
      (points) => points.sounds && this.take(points),
    );
    view.on(["runs"], () => this.open(view.run));
    view.on(["selection", "step"], () => this.show());
    view.on(["clip"], () => this.list.mark());
    document.addEventListener("keydown", (event) => this.key(event));
    this.open(view.run);
  }

  /** @param {string | null} run */
  open(run) {
    if (run === this.run) return;
    this.stopFollowing();
    this.run = run;
    this.clips?.leave();
    this.clips = this.kept = null;
    this.sounds.begin();
    this.show();
    if (run === null) return;
    const stops = [tagsOf(run).on(() => this.show()), feedOf(run).follow("layouts", this.root, () => this.read(run))];
    this.stopFollowing = () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * The clips are known once there is a snapshot.
   * @param {string} run
   */
  async read(run) {
    if (this.clips) return;
    const points = await source.points(run).catch(() => null);
    if (!points?.n || run !== this.run || this.clips) return;
    this.kept = tagsOf(run);
    this.take(points);
  }

  /** The clips of the run, of which more may be known than before. @param {Points} points */
  take(points) {
    this.clips?.leave();
    this.clips = new MapClips(this.run ?? "", points, null); // called by what they are, whatever colours the map
    this.show();
  }

  show() {
    const { clips, kept } = this;
    const lost = view.state.selection === NOT_INCLUDED;
    const points = clips ? selected().flatMap((clip) => clips.pointOf(clip) ?? []) : [];
    const none = !points.length;
    const { count, off } = selectionWords(points.length, clips ? selected().length - points.length : 0);
    this.count.textContent = count;
    this.root.classList.toggle("none-selected", none);
    this.how.hidden = !none && !off;
    this.how.textContent = off || (lost ? LOST : "") + HOW;
    for (const element of [this.acts, this.list.box, this.facts, this.keys]) element.hidden = none;
    for (const { box } of [this.tags, this.suggest, this.away]) box.hidden = !kept;
    if (!source.server) this.suggest.box.hidden = true;
    if (!clips || !kept) return;
    this.list.show(clips, points);
    this.tags.show(kept);
    this.suggest.show(kept, clips, selected());
    this.away.show(kept, clips, points);
    if (!none) this.compare(points);
  }

  /** @param {number[]} points */
  async compare(points) {
    const { clips } = this;
    if (!clips) return;
    const { all, main } = clips.columns;
    const facets = [main, all.find((column) => column.name === clips.points.group)];
    const kinds = [...new Set(facets)].filter((column) => !!column);
    const numbers = all.filter((column) => column.kind === "number");
    const { step } = view.state;
    const at = step ?? feedOf(clips.columns.run).layouts?.steps.at(-1) ?? null;
    const known = numbers.map((column) =>
      column.per === "clip" ? column : at === null ? null : clips.columns.at(column, at),
    );
    const values = (await Promise.all(known)).filter((column) => column !== null);
    if (clips !== this.clips || String(points) !== String(this.list.points)) return;
    const lines = differences(values, points).slice(0, MOST_LINES);
    const bars = kinds.filter((column) => column.values).map((column) => barsOf(column, points));
    const list = make("ul.selection-differences", {}, ...lines.map(({ text }) => make("li", {}, text)));
    this.facts.replaceChildren(...bars, ...(lines.length ? [list] : []));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
    if (!plain || !isSeen(this.root) || targetOf(event).closest?.(FIELDS)) return;
    if (this.tags.question.isAsked) return; // which is to be answered first
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (event.key === "u") this.tags.undo();
    else if (event.key === "Escape" && this.list.hearing) this.list.leave();
    else if (this.list.points.length === 0) return;
    else if (event.key === "j") this.list.step(1, event.timeStamp);
    else if (event.key === "k") this.list.step(-1, event.timeStamp);
    else if (event.key === "x") this.list.takeOutChosen();
    else if (event.key === "t") this.tags.field.focus();
    else if (digit) this.tags.press(digit, event.shiftKey);
    else return;
    event.preventDefault();
  }
}

/**
 * How many of the selected points have each value of a category.
 * @param {Column} column
 * @param {number[]} points
 */
function barsOf(column, points) {
  const found = counts(column, points);
  const most = found[0]?.count ?? 1;
  const bar = (/** @type {{name: string, count: number, all: number}} */ { name, count, all }) =>
    make(
      "li",
      { title: `${name}: ${count} of the ${points.length} selected; there are ${all} in all` },
      make("span.bar-name", {}, name),
      make("span.bar", {}, make("span", { style: { width: `${(100 * count) / most}%` } })),
      make("span.bar-count", {}, `${count}`),
    );
  const alone = allAlone(found, MOST_BARS);
  const rest = alone ? `another for each of ${found.length} clips` : restOf(found, points.length, MOST_BARS);
  return make(
    "div.selection-bars",
    {},
    make("h3", {}, column.title),
    alone ? null : make("ul", {}, ...found.slice(0, MOST_BARS).map(bar)),
    rest ? make("p.bar-rest", {}, rest) : null,
  );
}

/**
 * The component: shows the selection of the run that is looked at; it has no value.
 * @param {HTMLElement} root
 * @param {Part<unknown>} _part
 */
export function mount(root, _part) {
  new SelectionPanel(root);
}
