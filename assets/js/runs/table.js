// The table of all runs, in a dialog: sorted by any column, filtered, starred, named, looked at, laid over each other, deleted.

import { closing, make, refocusing } from "../core/elements.js";
import { isActive } from "../core/feed.js";
import { counted } from "../core/number_words.js";
import { onPulse } from "../core/pulse.js";
import { save } from "../core/save.js";
import { view } from "../core/view.js";
import { Actions } from "./actions.js";
import { csvOf } from "./csv.js";
import { Foot } from "./foot.js";
import { Heads } from "./heads.js";
import { onKey } from "./keys.js";
import { known } from "./known.js";
import { rowOf } from "./row.js";
import { DOWN_FIRST, matching, repeatsOf, seedsOf, sorted } from "./rows.js";

/** @import { PartWith, RunRow, RunTableValue } from "../core/types.d.ts" */
/** @import { ColumnName } from "./rows.js" */
/** @import { ChosenRuns } from "./foot.js" */
/** @import { Table } from "./row.js" */

const ASK_MS = 3000; // while a run is being trained, or not all is known

/** @implements {Table} @implements {ChosenRuns} */
class RunsDialog {
  /**
   * @param {HTMLElement} root
   * @param {PartWith<{read_only?: boolean}, RunTableValue>} part
   */
  constructor(root, part) {
    this.readOnly = Boolean(part.props.read_only);
    this.actions = new Actions(part);
    this.by = /** @type {ColumnName} */ ("begun");
    this.down = true;
    /** @type {Set<string>} */
    this.chosen = new Set();
    /** @type {string | null} */
    this.renamed = null;
    this.drawn = "";
    this.repeats = repeatsOf([]);
    this.button = make(
      "button.plain",
      { type: "button", "aria-haspopup": "dialog", onclick: () => this.show() },
      "All runs",
    );
    this.filter = make("input", {
      type: "text",
      placeholder: "Filter by any word",
      "aria-label": "Filter the runs",
      oninput: () => this.draw(),
    });
    this.count = make("span.runs-count", { role: "status" });
    this.trouble = make("p.runs-trouble", { role: "alert", hidden: true });
    this.heads = new Heads(this);
    this.body = make("tbody");
    this.foot = new Foot(this);
    this.dialog = make(
      "dialog.runs-dialog",
      { "aria-label": "All runs" },
      make(
        "div.runs-head",
        {},
        make("h2", {}, "Runs"),
        this.filter,
        make("label.pick.runs-order", {}, "Sort by", this.heads.order),
        this.count,
        make(
          "button.plain",
          { type: "button", title: "The runs that are listed, for a spreadsheet", onclick: () => this.takeAway() },
          "CSV",
        ),
        closing(() => this.dialog.close()),
      ),
      this.trouble,
      make("div.runs-box", {}, make("table", {}, make("thead", {}, this.heads.row), this.body)),
      this.foot.box,
    );
    this.dialog.addEventListener("keydown", (event) => onKey(event, this.body, this));
    this.dialog.addEventListener("pointerdown", (event) => event.target === this.dialog && this.dialog.close()); // beside it
    root.append(this.button, this.dialog);
    known.on(() => this.dialog.open && this.draw());
    onPulse(() => this.refresh(), {
      every: ASK_MS,
      seen: () => this.dialog.open && known.rows.some((row) => isActive(row) || row.changed === null),
    });
  }

  async show() {
    this.dialog.showModal();
    this.say("");
    this.draw();
    await known.ask().catch((error) => this.say(error.message)); // what is changed in them may take longer
    await this.refresh();
  }

  /** Asks anew. Where nobody answers, what is known stays, and it is asked again. */
  async refresh() {
    await known.ask(true).catch(() => null);
  }

  /** @param {string} sentence */
  say(sentence) {
    this.trouble.textContent = sentence;
    this.trouble.hidden = !sentence;
  }

  takeAway() {
    save(new Blob([csvOf(this.shown)], { type: "text/csv" }), "runs.csv");
  }

  get shown() {
    return sorted(matching(known.rows, this.filter.value), this.by, this.down);
  }

  /** Draws what has changed; what has the focus keeps it. */
  draw() {
    const rows = this.shown;
    const names = new Set(known.rows.map(({ name }) => name));
    this.chosen = new Set([...this.chosen].filter((name) => names.has(name)));
    const minute = Math.floor(Date.now() / 60_000); // ages are written
    const drawn = JSON.stringify([rows, this.by, this.down, [...this.chosen], this.renamed, view.state.runs, minute]);
    if (drawn === this.drawn) return;
    if (this.renamed && this.body.querySelector(".runs-rename") && rows.some(({ name }) => name === this.renamed))
      return this.foot.follow(); // what is being written stays
    this.drawn = drawn;
    const focused = refocusing(this.body, "data-name");
    this.repeats = repeatsOf(known.rows);
    this.heads.draw(rows);
    this.body.replaceChildren(...rows.map((row) => rowOf(row, this)));
    const { length } = known.rows;
    this.count.textContent = rows.length === length ? counted(length, "run") : `${rows.length} of ${length}`;
    this.foot.follow();
    focused();
  }

  /** @param {string} name */
  rowOf(name) {
    return /** @type {HTMLElement | null} */ (this.body.querySelector(`tr[data-name="${CSS.escape(name)}"]`));
  }

  /** @param {ColumnName} by */
  sortBy(by) {
    this.down = by === this.by ? !this.down : DOWN_FIRST.has(by);
    this.by = by;
    this.draw();
  }

  /** @param {string[]} names */
  async remove(names) {
    this.say(await this.actions.ask("remove", { runs: names }));
    const list = await known.ask(true).catch(() => null);
    this.foot.draw();
    if (!list) return;
    const left = view.state.runs.filter((name) => !names.includes(name) || known.of(name));
    if (left.length < view.state.runs.length)
      view.set({ runs: left.length ? left : list.latest ? [list.latest] : [] }, { replace: true });
  }

  // ------------------------------------------------------------ what a row, the foot or a key asks

  /** @param {string} name */
  isLookedAt(name) {
    return view.state.runs.includes(name);
  }

  /**
   * @param {string[]} names
   * @param {boolean} chosen
   */
  choose(names, chosen) {
    for (const name of names) this.chosen[chosen ? "add" : "delete"](name);
    this.draw();
  }

  /** @param {RunRow} row */
  seedsOf(row) {
    return seedsOf(row, this.repeats);
  }

  /** @param {string} name */
  open(name) {
    this.dialog.close();
    view.set({ runs: [name] });
  }

  /** @param {string[]} names */
  look(names) {
    this.dialog.close();
    const tab = view.tabs.includes("live") ? "live" : view.state.tab; // where the curves are
    view.set({ runs: names, tab });
  }

  /** @param {RunRow} row */
  async star({ name, starred }) {
    this.say(await this.actions.ask("star", { run: name, starred: !starred }));
    await this.refresh();
  }

  /** @param {string | null} name */
  edit(name) {
    const before = this.renamed;
    this.renamed = name;
    this.drawn = "";
    this.body.querySelector(".runs-rename")?.remove();
    this.draw();
    if (name) /** @type {HTMLInputElement | null} */ (this.body.querySelector(".runs-rename"))?.select();
    else if (before) /** @type {HTMLElement | null} */ (this.rowOf(before)?.querySelector(".runs-open"))?.focus();
  }

  /**
   * @param {string} name
   * @param {string} title
   */
  async rename(name, title) {
    const trouble = await this.actions.ask("rename", { run: name, name: title });
    this.say(trouble);
    if (trouble) return;
    await this.refresh();
    if (this.renamed === name) this.edit(null); // another one may be written by now
  }
}

/**
 * The component: a button that opens the table. Sends `star`, `rename` and `remove`.
 * @param {HTMLElement} root
 * @param {PartWith<{read_only?: boolean}, RunTableValue>} part
 */
export function mount(root, part) {
  new RunsDialog(root, part);
}
