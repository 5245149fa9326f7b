// The tags of a run's clips, for all parts that show them: kept by the server, or by this browser where the page is read-only.

import { tellAll } from "../core/listeners.js";
import { source } from "../core/source.js";
import { store, stored } from "../core/storage.js";
import { changed, changeWords, clipsOf, columnOf, flagsOf, isOfTag, kept, saidOf, tagsIn, tidied } from "./tagging.js";

const KEY = "hearsight:tags:"; // and the fingerprint of the data, since its clips are known here by their numbers
const NOES = "hearsight:noes:"; // as KEY, which versions without noes read as well
const MOST_UNDONE = 100;
const UNKEPT = "This browser keeps no tags: its storage is full or switched off.";

/** @import { Points, Refusal, TagKind, TagsValue } from "../core/types.d.ts" */
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
    this.value = { kept: "server", version: "", tags: {}, noes: {}, known: [] };
    /** @type {Record<string, number[]>} what came with the points, as with an export that has tags */
    this.sent = {};
    /** @type {string | null} of the data, once clips are known */
    this.fingerprint = null;
    /** @type {Set<Points>} whose column says the tags */
    this.dressed = new Set();
    /** @type {Promise<unknown>} questions and changes go one after the other, or an old answer would come last */
    this.turn = Promise.resolve();
    this.latest = ""; // the tag of which this page said something last
    /** @type {{words: string, back: () => Promise<TagsValue>}[]} each change of this page and what takes it back, the last one last */
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
   * Has clips carry a tag, a no for it, or neither. Rejected with a sentence where that is not kept.
   * @param {string} name
   * @param {number[]} clips
   * @param {TagKind} kind
   */
  change(name, clips, kind = "add") {
    return this.inTurn(async () => {
      const tag = tidied(name);
      this.latest = tag;
      const no = kind === "not" || (kind === "remove" && saidOf(this.value, tag, clips).not.length === clips.length);
      const words = changeWords(tag, clips.length, kind, no);
      if (this.value.kept === "browser") {
        const undo = this.say(tag, clips, kind);
        this.undoing.push({ words, back: async () => undo() });
        this.take(this.own());
      } else {
        const said = await source.changeTags(this.run, { tag, clips, kind });
        const row = said.row ?? "";
        this.undoing.push({ words, back: () => source.undoTags(this.run, row) });
        this.take(said);
      }
      this.undoing.splice(0, this.undoing.length - MOST_UNDONE);
    });
  }

  /**
   * Has whatever carries a tag carry another instead, and what has a no for it one for the other; as `change`.
   * @param {string} tag
   * @param {string} to
   */
  rename(tag, to) {
    return this.inTurn(async () => {
      const name = tidied(to);
      this.latest = name;
      const words = `${tag} called ${name}`;
      if (this.value.kept === "browser") {
        if (name === tag) throw new Error(`The tag is called ${tag} already; another name was expected.`);
        const now = this.own();
        const [mine, noes] = [clipsOf(now.tags, tag), clipsOf(now.noes, tag)];
        const undos = [
          this.say(name, saidOf(now, name, noes).remove, "not"), // whatever carries one of both carries the other
          this.say(name, mine, "add"),
          this.say(tag, [...mine, ...noes], "remove"),
        ].reverse();
        const back = async () => {
          for (const undo of undos) undo();
          return this.own();
        };
        this.undoing.push({ words, back });
        this.take(this.own());
      } else {
        const said = await source.renameTag(this.run, tag, name);
        const row = said.row ?? "";
        this.undoing.push({ words, back: () => source.undoTags(this.run, row) });
        this.take(said);
      }
    });
  }

  /**
   * Takes back the last change that this page made, and says in words which; "" where there is none. Where nobody answers, it can
   * be taken back later.
   */
  undo() {
    return this.inTurn(async () => {
      const last = this.undoing.pop();
      if (!last) return "";
      try {
        this.take(await last.back());
      } catch (error) {
        if (/** @type {Refusal} */ (error).status === undefined) this.undoing.push(last);
        throw error;
      }
      return last.words;
    });
  }

  /** @param {TagsValue} value */
  take(value) {
    if (JSON.stringify(value) === JSON.stringify(this.value)) return;
    this.value = value;
    for (const points of this.dressed) this.dress(points);
    tellAll(this.listeners, this);
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

  /** What this browser keeps. @returns {TagsValue} */
  own() {
    const found = stored("localStorage", KEY + this.fingerprint);
    const tags = found === null ? this.sent : kept(found);
    const noes = kept(stored("localStorage", NOES + this.fingerprint));
    return { kept: "browser", version: "", tags, noes, known: Object.keys(tags) };
  }

  /**
   * Keeps a change in this browser. Returns what takes it back of these clips alone: another page may change more meanwhile.
   * @param {string} tag
   * @param {number[]} clips
   * @param {TagKind} kind
   */
  say(tag, clips, kind) {
    const { [kind]: _, ...before } = saidOf(this.own(), tag, clips);
    this.keep(tag, clips, kind);
    return () => {
      for (const [was, those] of Object.entries(before)) this.keep(tag, those, /** @type {TagKind} */ (was));
      return this.own();
    };
  }

  /**
   * @param {string} tag
   * @param {number[]} clips
   * @param {TagKind} kind
   */
  keep(tag, clips, kind) {
    const { tags, noes } = changed(this.own(), tag, clips, kind);
    // The noes first: tags are worth more, should one fail.
    const done =
      store("localStorage", NOES + this.fingerprint, JSON.stringify(noes)) &&
      store("localStorage", KEY + this.fingerprint, JSON.stringify(tags));
    if (!done) throw new Error(UNKEPT);
  }
}
