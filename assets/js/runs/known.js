// Which runs there are, asked for once for all parts of the page that name one.

import { tellAll } from "../core/listeners.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { besideOthers, lineOf, nameOf, shortOf, toldApart } from "./rows.js";

/** @import { RunList, RunRow } from "../core/types.d.ts" */

class Known {
  constructor() {
    /** @type {RunRow[]} newest first */
    this.rows = [];
    /** @type {Map<string, RunRow>} */
    this.byName = new Map();
    /** @type {Map<string, string>} */
    this.lines = new Map();
    /** @type {Map<string, string>} */
    this.shorts = new Map();
    /** @type {Map<string, string>} */
    this.names = new Map();
    /** @type {Set<() => unknown>} */
    this.listeners = new Set();
    this.asked = false; // whether they are known at all
    this.turn = this.answered = 0; // how often it was asked, and which of the questions the newest list answers
    /** @type {RunRow[]} */
    this.newest = [];
    /** @type {Map<string, Pick<RunRow, "changed" | "seed" | "repeats">>} what a long answer told, which never changes */
    this.settings = new Map();
  }

  /** What stands where the run that is looked at would. */
  get none() {
    return this.asked ? "No run is chosen. Start a training, or choose a run above." : "Looking for runs …";
  }

  /** @param {string} name */
  of(name) {
    return this.byName.get(name);
  }

  /**
   * The run in one line that no other run has; its folder's name where it isn't known.
   * @param {string} name
   */
  line(name) {
    return this.lines.get(name) ?? name;
  }

  /**
   * What a run is called where its state is seen beside it; its folder's name where it isn't known.
   * @param {string} name
   */
  short(name) {
    return this.shorts.get(name) ?? name;
  }

  /**
   * What a run is called in a sentence, as no other one is; its folder's name where it isn't known.
   * @param {string} name
   */
  named(name) {
    return this.names.get(name) ?? name;
  }

  /**
   * What each of some runs is called beside the others, or runs of several seeds together; folders' names where they aren't known.
   * @param {string[][]} groups of names
   */
  together(groups) {
    const firsts = groups.flatMap(([first, other]) => {
      const row = this.of(first);
      return row ? [{ ...row, ...(other ? { seed: null } : null) }] : [];
    });
    const called = besideOthers(firsts);
    return groups.map((names) => {
      const seeds = new Set(names.map((name) => this.of(name)?.seed)).size;
      const many = names.length < 2 ? "" : ` · ${seeds < names.length ? `${names.length} runs` : `${seeds} seeds`}`;
      return { names, line: `${called.get(names[0]) ?? names[0]}${many}` };
    });
  }

  /** Calls `listener` whenever runs were asked for, or are said in other words. @param {() => unknown} listener */
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Asks which runs there are, with `changed` also for the settings that are not as usual. Rejected as the source's answer.
   * @param {boolean} [changed]
   * @returns {Promise<RunList>}
   */
  async ask(changed = false) {
    const turn = ++this.turn;
    const list = await source.runs(changed);
    for (const { name, changed, seed, repeats } of list.runs)
      if (changed) this.settings.set(name, { changed, seed, repeats });
    if (turn > this.answered) [this.answered, this.newest] = [turn, list.runs]; // else a later question was answered before
    this.rows = this.newest.map((row) => ({ ...row, ...this.settings.get(row.name) }));
    this.byName = new Map(this.rows.map((row) => [row.name, row]));
    this.asked = true;
    this.reword();
    return list;
  }

  /** Where nobody has chosen a run, the one most worth a look is looked at. Returns its name; null where there is none. */
  async propose() {
    const found = await this.ask().catch(() => null);
    if (found?.latest && !view.run) view.set({ runs: [found.latest] }, { replace: true });
    return view.run;
  }

  /** Says all runs anew: how old they are changes while nothing else does. */
  reword() {
    this.lines = toldApart(this.rows, (row) => lineOf(row));
    this.shorts = toldApart(this.rows, (row) => shortOf(row));
    this.names = toldApart(this.rows, nameOf);
    tellAll(this.listeners);
  }
}

export const known = new Known();
