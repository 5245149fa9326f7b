// The tags of a run's clips, for all parts that show them: kept by the server, or by this browser where the page is read-only.

import { guarded } from "../core/listeners.js";
import { source } from "../core/source.js";
import { clipsByTag, clipsOf, columnOf, flagsOf, isOfTag, kept, tagsIn, tidied } from "./tagging.js";

const KEY = "hearsight:tags:"; // and the fingerprint of the data, since its clips are known here by their numbers
const MOST_UNDONE = 100;
const UNKEPT = "This browser keeps no tags: its storage is full or switched off.";

/** @import { Points, Refusal, TagsValue } from "../core/types.d.ts" */
/** @typedef {(tags: RunTags) => unknown} Listener */

/** @type {Map<string, RunTags>} */
const known = new Map();

/**
 * The tags of a run; the same for everyone who asks.
 * @param {string} run
 */
export function tagsOf(run) {
  const found = known.get(run) ?? new RunTags(run);
  known.set(run, found);
  return found;
}

export class RunTags {
  /** @param {string} run */
  constructor(run) {
    this.run = run;
    /** @type {TagsValue} */
    this.value = { kept: "server", version: "", tags: {}, known: [] };
    /** @type {Record<string, number[]>} what came with the points, as with an export that has tags */
    this.sent = {};
    /** @type {string | null} of the data, once clips are known */
    this.fingerprint = null;
    /** @type {Set<Points>} whose column says the tags */
    this.dressed = new Set();
    /** @type {Promise<unknown>} questions and changes go one after the other, or an old answer would come last */
    this.turn = Promise.resolve();
    /** @type {(() => Promise<TagsValue>)[]} what takes back each change of this page, the last one last */
    this.undoing = [];
    /** @type {Set<Listener>} */
    this.listeners = new Set();
    document.addEventListener("visibilitychange", () => this.dressed.size && !document.hidden && this.read());
  }

  /**
   * Calls `listener` whenever the tags have changed.
   * @param {Listener} listener
   */
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The tags that clips of this run carry, the commonest first. */
  get names() {
    const { tags } = this.value;
    return Object.keys(tags).sort((a, b) => tags[b].length - tags[a].length || a.localeCompare(b));
  }

  /**
   * Has a column of these points say the tags, now and whenever they change, which `listener` is told. Returns what stops it.
   * @param {Points} points
   * @param {Listener} listener
   */
  follow(points, listener) {
    if (this.fingerprint === null) {
      this.sent = tagsIn(points);
      this.value = { ...this.value, tags: this.sent };
    }
    this.fingerprint = points.fingerprint;
    this.dressed.add(points);
    if (this.dressed.size === 1) this.read(); // they may have changed by another run of the same data
    this.dress(points);
    const stop = this.on(listener);
    return () => {
      stop();
      this.dressed.delete(points);
    };
  }

  /**
   * Does what is asked for once all that was asked for before is done.
   * @template Done
   * @param {() => Promise<Done>} work
   */
  inTurn(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  /** Asks what is kept, also by other pages; what a source without tags refuses is no tag. */
  read() {
    return this.inTurn(async () => {
      const said = await source.tags(this.run).catch(() => null);
      if (said) this.take(said.kept === "browser" ? this.own() : said);
    });
  }

  /**
   * Has clips carry a tag, or no longer. Rejected with a sentence where that is not kept.
   * @param {string} name
   * @param {number[]} clips
   */
  change(name, clips, remove = false) {
    return this.inTurn(async () => {
      const tag = tidied(name);
      if (this.value.kept === "browser") {
        const carry = new Set(clipsOf(this.own().tags, tag));
        const changed = clips.filter((clip) => carry.has(clip) === remove); // another page may change more meanwhile
        const value = this.keep(tag, changed, remove);
        this.undoing.push(async () => this.keep(tag, changed, !remove));
        this.take(value);
      } else {
        const said = await source.changeTags(this.run, { tag, clips, remove });
        const row = said.row ?? "";
        this.undoing.push(() => source.undoTags(this.run, row));
        this.take(said);
      }
      this.undoing.splice(0, this.undoing.length - MOST_UNDONE);
    });
  }

  /**
   * Has whatever carries a tag carry another instead; as `change`.
   * @param {string} tag
   * @param {string} to
   */
  rename(tag, to) {
    return this.inTurn(async () => {
      const name = tidied(to);
      if (this.value.kept === "browser") {
        if (name === tag) throw new Error(`The tag is called ${tag} already; another name was expected.`);
        const mine = clipsOf(this.own().tags, tag);
        const carry = new Set(clipsOf(this.own().tags, name));
        const given = mine.filter((clip) => !carry.has(clip));
        this.keep(name, given, false);
        const value = this.keep(tag, mine, true);
        this.undoing.push(async () => {
          this.keep(name, given, true);
          return this.keep(tag, mine, false);
        });
        this.take(value);
      } else {
        const said = await source.renameTag(this.run, tag, name);
        const row = said.row ?? "";
        this.undoing.push(() => source.undoTags(this.run, row));
        this.take(said);
      }
    });
  }

  /** Takes back the last change that this page made. Where nobody answers, it can be taken back later. */
  undo() {
    return this.inTurn(async () => {
      const undo = this.undoing.pop();
      if (!undo) return;
      try {
        this.take(await undo());
      } catch (error) {
        if (/** @type {Refusal} */ (error).status === undefined) this.undoing.push(undo);
        throw error;
      }
    });
  }

  /** @param {TagsValue} value */
  take(value) {
    if (JSON.stringify(value) === JSON.stringify(this.value)) return;
    this.value = value;
    for (const points of this.dressed) this.dress(points);
    for (const listener of this.listeners) guarded(listener, this);
  }

  /** @param {Points} points */
  dress(points) {
    const now = columnOf(this.value.tags, points.clips);
    const known = points.columns.find(({ name, writer }) => name === now.name && writer === "page");
    if (!known && !now.names.length) return;
    const column = Object.assign(known ?? now, now);
    if (!known) points.columns.push(column); // an export has none of its own
    const others = points.columns.filter((one) => !isOfTag(one));
    others.splice(others.indexOf(column) + 1, 0, ...flagsOf(this.value.tags, points.clips));
    points.columns.splice(0, points.columns.length, ...others); // the same list, which others hold
  }

  get key() {
    return KEY + this.fingerprint;
  }

  /** What this browser keeps. @returns {TagsValue} */
  own() {
    const found = stored(this.key);
    const tags = found === null ? this.sent : kept(found);
    return { kept: "browser", version: "", tags, known: Object.keys(tags) };
  }

  /**
   * What the browser keeps after a change.
   * @param {string} tag
   * @param {number[]} clips
   * @param {boolean} remove
   */
  keep(tag, clips, remove) {
    try {
      localStorage.setItem(this.key, JSON.stringify(clipsByTag(this.own().tags, tag, clips, remove)));
    } catch {
      throw new Error(UNKEPT);
    }
    return this.own();
  }
}

/** Null where the browser keeps nothing. @param {string} key */
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
