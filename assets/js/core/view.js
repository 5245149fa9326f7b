// What is looked at, in one place: the address (see address.js, whose table says what each property may be). Parts
// subscribe, and a click is an action that changes it:
//     view.on(["clip", "runs"], (state) => …);
//     view.set({ clip: 12 });
//
// What is chosen in one part is chosen in all:
// - runs: by the choice in the page's head, the table of runs, "Compare with", or the server's answer to "Start training"; shown by all.
// - clip: by a click on either map, in a list of nearest clips, by a cell of the lens, or by the pickers of Find and (where
//   its sounds are the run's) of Listen. The maps ring it, Live shows and Find searches it, Listen opens it. A sound that a
//   visitor sent stays on Find until a clip is chosen there. Find offers it as the sound to compare with, too.
// - words: by the field of Find, which searches by them. What is searched by is one thing: words take the place of the clip, and
//   a clip that of the words.
// - step, follow: by any timeline; all timelines show the same snapshot.
// - method: by the table of methods and the form of a new run.
// - filter, between, query: by the map; what they leave out is grey there.
// Tabs, runs, methods and words can be gone back from by the browser's button; all else changes the address in place. A selection of
// more clips than an address holds is kept beside it by the browser, so that it is there when the page is loaded anew.
// Another run forgets what spoke of the one before: clip, step, selection, filter, between, query.

import { INITIAL, MOST_SELECTED, NAMES, NOT_INCLUDED, read, same, TABLE, write } from "./address.js";
import { tellAll } from "./listeners.js";

/** @typedef {import("./address.js").Looked} Looked */

const OF_COLOUR = /** @type {const} */ (["filter", "between"]); // speak of the column that the map is coloured by
const WRITE_MS = 400; // a slider changes the address no more often; browsers refuse to write it too often

export class View {
  /**
   * @param {Window} page
   * @param {string[]} tabs the words of its tabs
   */
  constructor(page, tabs) {
    this.page = page;
    this.tabs = tabs;
    this.sent = page.location.search; // what somebody came with; the address changes
    /** @type {Set<{names: (keyof Looked)[], listener: (state: Looked) => unknown}>} */
    this.listeners = new Set();
    /** @type {number | undefined} */
    this.later = undefined; // when it is changed in place next
    this.written = -Infinity; // when the address was changed in place
    /** @type {Looked["selection"] | null} what is kept beside the address */
    this.beside = null;
    /** @type {Looked} What is looked at now; never changed itself. */
    this.state = Object.freeze(this.read());
    page.addEventListener("popstate", () => {
      clearTimeout(this.later);
      const said = this.read();
      const sameRun = said.runs[0] === this.run;
      this.take(sameRun ? { ...said, query: this.state.query } : said);
    });
    page.addEventListener("pagehide", () => this.replace());
  }

  /** What the address says, and the browser beside it. @returns {Looked} */
  read() {
    const said = read(this.page.location.search, this.tabs);
    const selection = said.selection === NOT_INCLUDED && this.page.history.state?.selection;
    return selection && TABLE.selection.check(selection, this.tabs) ? { ...said, selection } : said;
  }

  /** Name of the run that is looked at, or null. */
  get run() {
    return this.state.runs[0] ?? null;
  }

  /**
   * Calls `listener(state)` whenever one of these properties has changed. Returns what stops it.
   * @param {(keyof Looked)[]} names
   * @param {(state: Looked) => unknown} listener
   */
  on(names, listener) {
    const entry = { names, listener };
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }

  /**
   * Changes what is looked at; what may not be so is left as it was. With `replace` the browser's button does not go
   * back from it, as for what nobody chose; with `again` parts hear of what was chosen even if it was so before.
   * @param {Partial<Looked>} changes
   * @param {{replace?: boolean, again?: boolean}} options
   */
  set(changes, { replace = false, again = false } = {}) {
    const next = { ...this.state };
    const named = NAMES.filter((name) => name in changes);
    for (const name of named)
      if (TABLE[name].check(changes[name], this.tabs)) Object.assign(next, { [name]: changes[name] });
    const another = this.run !== null && next.runs[0] !== this.run; // a clip without a run is one of the first that is shown
    const begun = NAMES.filter((name) => another && TABLE[name].ofRun && !(name in changes));
    for (const name of begun) Object.assign(next, { [name]: INITIAL[name] });
    if (next.colour !== this.state.colour)
      for (const name of OF_COLOUR) if (!(name in changes)) Object.assign(next, { [name]: INITIAL[name] });
    if (changes.words && next.words) next.clip = null;
    else if (next.clip !== null && "clip" in changes) next.words = "";
    if (changes.follow) next.step = null;
    else if (next.step !== null) next.follow = false;
    const pushes = !replace && this.changed(next).some((name) => TABLE[name].pushes);
    if (pushes) {
      this.replace(); // where one goes back to
      this.beside = besideOf(next);
      this.page.history.pushState(this.beside && { selection: this.beside }, "", this.addressOf(next));
    }
    this.take(next, again ? named : []);
    if (!pushes) this.replaceSoon();
  }

  /** @param {Looked} next */
  changed(next) {
    return NAMES.filter((name) => !same(next[name], this.state[name]));
  }

  /**
   * @param {Looked} next
   * @param {(keyof Looked)[]} again what parts hear of in any case
   */
  take(next, again = []) {
    const changed = [...this.changed(next), ...again];
    this.state = Object.freeze(next);
    const told = [...this.listeners].filter(({ names }) => names.some((name) => changed.includes(name)));
    tellAll(
      told.map(({ listener }) => listener),
      this.state,
    );
  }

  /** @param {Looked} state */
  addressOf(state) {
    const { pathname, search, hash } = this.page.location;
    return `${pathname}${write(state, search)}${hash}`;
  }

  replaceSoon() {
    clearTimeout(this.later);
    const wait = this.written + WRITE_MS - performance.now();
    if (wait <= 0) this.replace();
    else this.later = setTimeout(() => this.replace(), wait);
  }

  replace() {
    clearTimeout(this.later);
    const { pathname, search, hash } = this.page.location;
    const beside = besideOf(this.state);
    if (this.addressOf(this.state) === `${pathname}${search}${hash}` && beside === this.beside) return;
    this.written = performance.now();
    this.beside = beside;
    const { selection: _, ...others } = this.page.history.state ?? {}; // which Gradio may keep there
    const kept = beside ? { ...others, selection: beside } : others;
    this.page.history.replaceState(Object.keys(kept).length ? kept : null, "", this.addressOf(this.state));
  }
}

/**
 * The selection where the address does not hold it, else null.
 * @param {Looked} state
 */
const besideOf = ({ selection }) => (selection !== NOT_INCLUDED && selection.length > MOST_SELECTED ? selection : null);

/** The tabs of this page, which its head names. */
const named = () =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="hearsight-tabs"]'))?.content.split(" ") ??
  [];

export const view = new View(window, named());
