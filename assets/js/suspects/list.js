// Clips that are worth a second hearing, each with the reason why; those to hear beside one are shown when that is asked for.
// The list is asked for whenever it is opened, as a run that learns has another one.

import { make, replaceIcon } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { atNextSnapshot } from "../core/next_snapshot.js";
import { counted } from "../core/number_words.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { AwaitedSounds } from "../map/awaited_sounds.js";
import { BETWEEN } from "../map/columns.js";
import { selected } from "../map/selection.js";
import { ClipsView } from "../sound/clips.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { ClipRow, NoSuspectsYet, Points, Refusal, SuspectList } from "../core/types.d.ts" */

const ALL_COPIES = "python -m explorer suspects RUN --kind copy --out copies.csv";
const AGAIN_MS = 2000; // until what others ask for too is asked for again

class SuspectsView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.kind = "";
    /** @type {string | null} */
    this.run = null;
    /** @type {SuspectList | null} */
    this.found = null;
    /** @type {{run: string, points: Points} | null} */
    this.clips = null;
    this.told = ""; // what is shown
    this.asked = 0; // an answer that another question has overtaken is not heeded
    /** @type {(() => void) | null} */
    this.stop = null; // waiting to ask anew
    this.opened = -1; // the row below which the clips beside it stand
    this.status = make("p.suspects-status", { role: "status" });
    this.newer = make("button.plain.suspects-newer", { type: "button", hidden: true, onclick: () => this.look() });
    this.kinds = make("div.suspects-kinds", { role: "group", "aria-label": "Kinds of suspects" });
    const choose = (/** @type {number} */ _, /** @type {ClipRow} */ { clip }) => view.set({ clip }, { again: true });
    this.rows = make("div.suspects-rows");
    this.list = new ClipsView(this.rows, {
      empty: "None of this kind.",
      action: "Show the clips to hear beside it",
      sign: "add",
      acts: (_, index) => this.besideOf(index).length > 0,
      expands: true,
      onAction: (index) => this.open(index),
      onHear: choose,
    });
    this.below = make("li.suspects-beside");
    this.beside = new ClipsView(this.below, { onHear: choose });
    this.beside.list.setAttribute("aria-label", "Clips to hear beside it");
    this.all = make("button.plain", { type: "button", onclick: () => this.select() });
    this.inside = make("div.suspects-inside", {}, this.status, this.newer, this.kinds, this.rows, this.all);
    this.box = make("details.suspects", {}, make("summary", {}, "Suspects: clips worth a second hearing"), this.inside);
    this.box.addEventListener("toggle", () => this.look());
    root.append(this.box);
    new AwaitedSounds(
      root,
      () => (this.box.open ? this.clips : null),
      (points) => points.sounds && this.look(),
    );
    view.on(["selection"], () => this.drawAll());
    view.on(["runs"], () => view.run !== this.run && this.look());
    this.draw();
  }

  /** Asks, where the list is open. What is shown of the same run stays meanwhile. */
  async look() {
    const { run } = view;
    if (!this.box.open) return;
    if (run !== this.run) {
      this.run = run;
      this.found = this.clips = null;
      this.told = "";
      this.newer.hidden = true;
      this.draw();
      this.say(run ? "Comparing each clip with its neighbours …" : "No run is chosen.");
    }
    const mine = ++this.asked;
    if (!run) return;
    try {
      const [found, points] = await Promise.all([source.suspects(run), source.points(run)]);
      if (mine !== this.asked) return;
      if ("note" in found) this.wait(found, run);
      else this.take(found, points, run);
    } catch (error) {
      if (mine === this.asked) this.say(/** @type {Refusal} */ (error).message);
    }
  }

  /**
   * @param {SuspectList} found
   * @param {Points} points
   * @param {string} run
   */
  take(found, points, run) {
    const { fingerprint, sounds, windows } = points;
    const told = JSON.stringify([found, fingerprint, sounds, windows]);
    if (told === this.told) return;
    this.told = told;
    this.found = found;
    this.clips = { run, points };
    this.stop?.();
    const follow = (/** @type {Feed} */ { layouts }) => this.offer(layouts?.steps.at(-1) ?? found.step);
    this.stop = feedOf(run).follow("layouts", this.inside, follow);
    if (!this.of(this.kind).length) this.kind = this.of("label").length ? "label" : (found.rows[0]?.kind ?? "label");
    this.draw();
  }

  /** Rows do not change below a visitor's hand: those of a newer step come when they are asked for. @param {number} step */
  offer(step) {
    this.newer.hidden = !this.found || step <= this.found.step;
    this.newer.textContent = `Look again, at step ${step.toLocaleString("en")}`;
  }

  /**
   * @param {NoSuspectsYet} found
   * @param {string} run
   */
  wait({ note, soon }, run) {
    const again = () => run === this.run && this.look();
    this.say(note);
    this.stop?.();
    const timer = soon && setTimeout(again, AGAIN_MS);
    this.stop = timer ? () => clearTimeout(timer) : atNextSnapshot(run, this.inside, again);
  }

  /** @param {string} kind */
  of(kind) {
    return this.found?.rows.filter((row) => row.kind === kind) ?? [];
  }

  /** The clips to hear beside a row of those that are shown. @param {number} index */
  besideOf(index) {
    return this.of(this.kind)[index]?.beside ?? [];
  }

  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
    this.status.hidden = !text;
  }

  draw() {
    const { found } = this;
    const rows = this.of(this.kind);
    this.drawKinds();
    this.close();
    this.rows.hidden = !found;
    this.list.show(rows.map(({ clip, label, reason }) => this.heard({ clip, label }, reason)));
    this.drawAll();
    if (!found) return this.say("");
    const unheard = found.heard ? "" : "Silent and clipped ones are unknown: the sounds are not at hand.";
    const labels = found.facet && `, by the labels of “${found.facet}”`;
    const step = `As of step ${found.step.toLocaleString("en")}${labels}.`;
    const caution = rows.length || !found.facet ? found.caution : "";
    this.say([step, this.rest(rows.length), caution, unheard].filter(Boolean).join(" "));
  }

  /** What is said of a list that has an end of its own. @param {number} length */
  rest(length) {
    if (length !== this.found?.most) return "";
    return `Only the first ${length} are listed${this.kind === "copy" ? `; ${ALL_COPIES} writes all of them` : ""}.`;
  }

  /** The button that selects them says when they are: the list of what is selected may be out of sight. */
  drawAll() {
    const { length } = this.of(this.kind);
    const clips = this.clipsOf(this.kind);
    const mine = new Set(selected());
    const done = clips.every((clip) => mine.has(clip));
    const all = clips.length === length ? String(length) : counted(clips.length, "clip");
    this.all.hidden = !length;
    this.all.textContent = done ? `All ${all} are selected` : `Select all ${all}`;
  }

  /** @param {string} kind */
  clipsOf(kind) {
    return [...new Set(this.of(kind).flatMap(({ clip, also }) => [clip, ...also]))];
  }

  /** A button for each kind; the same buttons as long as the kinds are the same, so that none loses the focus. */
  drawKinds() {
    const kinds = Object.entries(this.found?.kinds ?? {});
    const known = /** @type {HTMLElement[]} */ ([...this.kinds.children]);
    if (known.map((button) => button.dataset.kind).join() !== kinds.map(([kind]) => kind).join())
      this.kinds.replaceChildren(...kinds.map(([kind]) => this.choice(kind)));
    for (const [i, [kind, title]] of kinds.entries()) {
      const { length } = this.of(kind);
      const button = this.kinds.children[i];
      button.textContent = `${title} ${length}${length === this.found?.most ? " or more" : ""}`;
      button.setAttribute("aria-pressed", String(kind === this.kind));
    }
  }

  /** @param {string} kind */
  choice(kind) {
    const choose = () => {
      this.kind = kind;
      this.draw();
    };
    return make("button.plain", { type: "button", "data-kind": kind, onclick: choose });
  }

  select() {
    view.set({ selection: this.clipsOf(this.kind) });
  }

  /** Shows the clips beside a row below it, or takes them away. @param {number} index */
  open(index) {
    const again = this.below.isConnected && this.opened === index;
    this.close();
    if (again) return;
    this.opened = index;
    this.list.items[index].after(this.below);
    this.beside.show(this.besideOf(index).map((row) => this.heard(row)));
    this.mark(true);
  }

  close() {
    if (this.below.isConnected) this.mark(false);
    this.below.remove();
  }

  /** Says on its row's button whether the clips beside it are shown. @param {boolean} shown */
  mark(shown) {
    const button = /** @type {HTMLElement | null | undefined} */ (
      this.list.items[this.opened]?.querySelector(".clip-act")
    );
    button?.setAttribute("aria-expanded", String(shown));
    if (button) replaceIcon(button, shown ? "minus" : "add");
  }

  /**
   * @param {{clip: number, label: string}} row
   * @param {string} [reason]
   * @returns {ClipRow}
   */
  heard({ clip, label }, reason = "") {
    const { sounds = false, fingerprint = "", clips = [], windows = [], files = [] } = this.clips?.points ?? {};
    const point = clips.indexOf(clip);
    const file = files[point]?.split("/").pop() ?? "";
    const named = label && label !== files[point]; // sounds without labels are called by their files
    const note = [windows[point], named && file, reason].filter(Boolean).join(BETWEEN);
    return { clip, label: named ? label : file || label, note, sound: sounds ? { fingerprint, index: clip } : null };
  }
}

/**
 * The component: shows the suspects of the run that is looked at.
 * @param {HTMLElement} root
 */
export function mount(root) {
  new SuspectsView(root);
}
