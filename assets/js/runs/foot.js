// What can be done with the runs that are chosen in the table: looked at, laid over each other, deleted for good.

import { TINTS } from "../charts/over.js";
import { groupsOf } from "../charts/repeats.js";
import { MOST_RUNS } from "../core/address.js";
import { make } from "../core/elements.js";
import { isAtWork } from "../core/feed.js";
import { known } from "./known.js";

/** @import { RunRow } from "../core/types.d.ts" */
/**
 * What the foot asks of its table.
 * @typedef {object} ChosenRuns
 * @property {boolean} readOnly
 * @property {Set<string>} chosen
 * @property {(names: string[]) => void} look
 * @property {(names: string[]) => unknown} remove
 * @property {(sentence: string) => void} say
 */

export class Foot {
  /** @param {ChosenRuns} table */
  constructor(table) {
    this.table = table;
    this.box = make("div.runs-foot");
    /** @type {string | null} the chosen runs that are asked about or being deleted, until that is over */
    this.pending = null;
  }

  get about() {
    return [...this.table.chosen].sort().join("\n");
  }

  /** The table was drawn anew: a question stays as long as the same runs are chosen, and so does what is said of its answer. */
  follow() {
    if (this.about !== this.pending) this.draw();
  }

  draw() {
    this.pending = null;
    const { chosen, readOnly } = this.table;
    const count = chosen.size;
    const over = make("button.plain", { type: "button", onclick: () => this.table.look([...chosen]) });
    over.textContent = count === 1 ? "Look at it" : "Lay over each other";
    const apart = groupsOf(known.rows.filter(({ name }) => chosen.has(name))).length;
    const tooMany = count > MOST_RUNS || apart > TINTS.length;
    over.disabled = count === 0 || tooMany;
    const gone = make("button.plain.runs-delete", { type: "button", onclick: () => this.confirm() }, "Delete …");
    gone.disabled = count === 0;
    const keys = make("span.runs-keys", {}, " Space ticks, Enter opens.");
    const most =
      apart > TINTS.length
        ? `${TINTS.length} can be laid over each other, other seeds not counted`
        : `${MOST_RUNS} at once`;
    const limit = tooMany ? `; at most ${most}` : "";
    const said = count ? [`${count} chosen${limit}`] : ["Choose runs to lay their curves over each other.", keys];
    this.box.replaceChildren(make("span.runs-said", {}, ...said), ...(readOnly ? [over] : [gone, over]));
  }

  /** Asks once, naming them, whether the chosen runs are to be deleted. */
  confirm() {
    const rows = known.rows.filter(({ name }) => this.table.chosen.has(name));
    const kept = rows.filter((row) => row.read_only || isAtWork(row));
    const gone = rows.filter((row) => !kept.includes(row));
    const names = (/** @type {RunRow[]} */ some) => some.map(({ name }) => `${known.named(name)} (${name})`).join("; ");
    this.table.say(
      kept.length ? `Not deleted, as they can only be looked at or are being trained: ${names(kept)}.` : "",
    );
    if (!gone.length) return;
    this.pending = this.about;
    const keep = make("button.plain", { type: "button", onclick: () => this.draw() }, "Keep");
    this.box.replaceChildren(
      make(
        "p.runs-confirm",
        { role: "alert" },
        `Delete ${gone.length === 1 ? "this run" : `these ${gone.length} runs`} with all snapshots and weights, for good? `,
        make("b", {}, names(gone)),
      ),
      keep,
      make(
        "button.plain.runs-delete",
        { type: "button", onclick: () => this.remove(gone.map(({ name }) => name)) },
        "Delete for good",
      ),
    );
    keep.focus();
  }

  /** @param {string[]} names */
  remove(names) {
    this.box.replaceChildren(make("span.runs-said", {}, "Deleting …"));
    this.table.remove(names);
  }
}
