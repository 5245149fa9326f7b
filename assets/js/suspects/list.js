// Clips that are worth a second hearing: why, and the clips to hear beside each. Asked for when the list is opened.

import { make } from "../core/elements.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { ClipsView } from "../sound/clips.js";

/** @import { ClipRow, SuspectList } from "../core/types.d.ts" */

const SHOWN = 20; // until more are asked for

class SuspectsView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.kind = "";
    this.shown = SHOWN;
    /** @type {string | null} */
    this.run = null;
    /** @type {SuspectList | null} */
    this.found = null;
    this.fingerprint = "";
    this.status = make("p.suspects-status", { role: "status" });
    this.kinds = make("div.suspects-kinds", { role: "group", "aria-label": "Kinds of suspects" });
    this.rows = make("ol.suspects-rows");
    this.foot = make("div.suspects-foot");
    this.inside = make("div.suspects-inside", {}, this.status, this.kinds, this.rows, this.foot);
    this.box = make("details.suspects", {}, make("summary", {}, "Suspects: clips worth a second hearing"), this.inside);
    this.box.addEventListener("toggle", () => this.look());
    root.append(this.box);
    view.on(["runs"], () => this.look());
  }

  /** Asks, where the list is open and is another run's. */
  async look() {
    const { run } = view;
    if (!this.box.open || run === this.run) return;
    this.run = run;
    this.found = null;
    this.draw();
    this.say(run ? "Comparing each clip with its neighbours …" : "No run is chosen.");
    if (!run) return;
    try {
      const [found, points] = await Promise.all([source.suspects(run), source.points(run)]);
      if (run !== this.run) return;
      this.found = found;
      this.fingerprint = points.sounds ? points.fingerprint : "";
      this.kind = this.of("label").length ? "label" : (found.rows[0]?.kind ?? "label");
      this.shown = SHOWN;
      this.draw();
    } catch (error) {
      if (run !== this.run) return;
      this.run = null; // it is asked again when the list is opened again
      this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} kind */
  of(kind) {
    return this.found?.rows.filter((row) => row.kind === kind) ?? [];
  }

  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
    this.status.hidden = !text;
  }

  draw() {
    const { found } = this;
    const rows = this.of(this.kind);
    this.kinds.replaceChildren(...Object.entries(found?.kinds ?? {}).map(([kind, title]) => this.choice(kind, title)));
    this.rows.replaceChildren(...rows.slice(0, this.shown).map((row) => this.row(row)));
    const more = make("button.plain", { type: "button", onclick: () => this.more() }, "More");
    const all = make("button.plain", { type: "button", onclick: () => this.select() }, `Select all ${rows.length}`);
    this.foot.replaceChildren(...(rows.length > this.shown ? [more] : []), ...(rows.length ? [all] : []));
    const unheard = found?.heard === false ? " Silent and clipped ones are unknown: the sounds are not at hand." : "";
    const caution = found?.caution && rows.length ? ` ${found.caution}` : "";
    this.say(found ? `${rows.length ? "" : "None of this kind."}${caution}${unheard}`.trim() : "");
  }

  /**
   * @param {string} kind
   * @param {string} title
   */
  choice(kind, title) {
    const choose = () => {
      this.kind = kind;
      this.shown = SHOWN;
      this.draw();
    };
    const { length } = this.of(kind);
    const words = `${title} ${length}${length === this.found?.most ? " or more" : ""}`;
    return make("button.plain", { type: "button", "aria-pressed": String(kind === this.kind), onclick: choose }, words);
  }

  more() {
    this.shown += SHOWN;
    this.draw();
  }

  select() {
    view.set({ selection: [...new Set(this.of(this.kind).map(({ clip }) => clip))] });
  }

  /** The clip, why it is here, and those beside it. @param {SuspectList["rows"][number]} row */
  row({ clip, label, reason, beside }) {
    const own = make("div.suspects-own");
    const others = make("div.suspects-beside");
    this.clips(own, [{ clip, label, note: reason }]);
    if (beside.length) this.clips(others, beside);
    return make("li", {}, own, beside.length ? others : null);
  }

  /**
   * @param {HTMLElement} box
   * @param {{clip: number, label: string, note?: string}[]} clips
   */
  clips(box, clips) {
    const choose = (/** @type {number} */ _, /** @type {ClipRow} */ { clip }) => view.set({ clip }, { again: true });
    const { fingerprint } = this;
    new ClipsView(box, { onHear: choose }).show(
      clips.map((row) => ({ ...row, sound: fingerprint ? { fingerprint, index: row.clip } : null })),
    );
  }
}

/**
 * The component: shows the suspects of the run that is looked at.
 * @param {HTMLElement} root
 */
export function mount(root) {
  new SuspectsView(root);
}
