// What is known of a run, asked for once for all parts of the page that show it.

import { guarded } from "./listeners.js";
import { isSeen, onPulse } from "./pulse.js";
import { source } from "./source.js";

const LIVE_MS = 500;
const LIVELY_MS = { status: 1000, metrics: LIVE_MS, layouts: 1000, solid: 1000 }; // a status goes along with metrics
const REST_MS = 4000; // nothing moves in a run that has ended, but it may be resumed
export const GONE = "This run is no longer here; choose another one above.";
const SLACK_MS = 50;
const KEPT_MS = 30_000; // after the last part has let go: who goes to another run and back finds the rows
const AT_WORK = new Set(["preparing", "training", "paused", "stopping"]);
/** @import { NewsPart } from "./source.js" */
/** @import { Baselines, LayoutSummary, MetricNews, MetricRow, Refusal, RunSchema, RunStatus } from "./types.d.ts" */
/**
 * What there is news of: `fresh` where a listener is told what is known, `void` where rows before no longer hold, the rows
 * that came, and whether the baselines came.
 * @typedef {{fresh?: boolean, void?: boolean, rows?: MetricRow[], baselines?: boolean}} Change
 * @typedef {(feed: Feed, change: Change) => unknown} Listener
 */

/** @type {Map<string, Feed>} */
const feeds = new Map();

/** Whether a trainer has the run. @type {(status: {state?: string} | null | undefined) => boolean} */
export const isAtWork = (status) => AT_WORK.has(status?.state ?? "");
/** The same, or whether it waits for one. @type {(status: {state?: string} | null | undefined) => boolean} */
export const isActive = (status) => isAtWork(status) || status?.state === "waiting";

/**
 * The feed of a run; the same for everyone who asks while it is followed.
 * @param {string} name
 */
export function feedOf(name) {
  const feed = feeds.get(name) ?? new Feed(name);
  feeds.set(name, feed);
  return feed;
}

/** @param {NewsPart} kind @returns {kind is "layouts" | "solid"} */
const isMap = (kind) => kind === "layouts" || kind === "solid";

/** Whether maps are being made. @param {LayoutSummary | null | undefined} layouts */
export const mapping = (layouts) => Boolean(layouts && layouts.steps.length < layouts.snapshots);

export class Feed {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {RunStatus | null} */
    this.status = null;
    this.trouble = "";
    this.missing = false; // whether there never was such a run, which the choice of a run says
    /** @type {MetricRow[]} */
    this.rows = []; // metric rows that hold
    this.cursor = "";
    /** @type {RunSchema | null} what the run declares */
    this.schema = null;
    /** @type {Baselines | null} */
    this.baselines = null;
    /** @type {LayoutSummary | null} */
    this.layouts = null;
    /** @type {LayoutSummary | null} of maps in space; known only while somebody looks at them */
    this.solid = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.parting = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.soon = undefined;
    /** @type {Promise<void> | null} */
    this.reading = null;
    /** @type {Record<NewsPart, Set<{element: HTMLElement, listener: Listener}>>} */
    this.listeners = { status: new Set(), metrics: new Set(), layouts: new Set(), solid: new Set() };
    this.again = 0; // ms after which the server wants to be asked anew: many look on
    this.rested = { status: -Infinity, metrics: -Infinity, layouts: -Infinity, solid: -Infinity };
    this.stopAsking = onPulse(() => this.read(), { every: LIVE_MS });
    this.letGoSoon();
  }

  /**
   * Calls `listener(feed, change)` on news of a kind while `element` can be seen; at once with what is known.
   * @param {NewsPart} kind
   * @param {HTMLElement} element
   * @param {Listener} listener
   */
  follow(kind, element, listener) {
    clearTimeout(this.parting);
    const entry = { element, listener };
    this.listeners[kind].add(entry);
    this.rested[kind] = this.rested.status = -Infinity;
    if (isMap(kind) ? this[kind] : this.status) listener(this, { fresh: true });
    else this.readSoon();
    return () => {
      this.listeners[kind].delete(entry);
      this.letGoSoon();
    };
  }

  /** Asks before the page's clock comes round, for all who begin to follow at this moment. */
  readSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(async () => {
      await this.reading;
      if (!document.hidden) this.read();
    });
  }

  /** A run that nobody follows any more is forgotten. */
  letGoSoon() {
    clearTimeout(this.parting);
    if (Object.values(this.listeners).some((entries) => entries.size)) return;
    this.parting = setTimeout(() => {
      this.stopAsking();
      if (feeds.get(this.name) === this) feeds.delete(this.name);
    }, KEPT_MS);
  }

  /** @param {NewsPart} kind */
  due(kind) {
    // Whoever shows anything of a run must know whether it still goes on.
    const entries =
      kind === "status" ? Object.values(this.listeners).flatMap((all) => [...all]) : [...this.listeners[kind]];
    if (!entries.some(({ element }) => isSeen(element))) return false;
    const now = performance.now();
    const every = isActive(this.status) || (isMap(kind) && mapping(this[kind])) ? LIVELY_MS[kind] : REST_MS;
    if (now - this.rested[kind] < Math.max(every, this.again) - SLACK_MS) return false;
    this.rested[kind] = now;
    return true;
  }

  /**
   * @param {NewsPart} kind
   * @param {Change} change
   */
  tell(kind, change = {}) {
    for (const { listener } of [...this.listeners[kind]]) guarded(listener, this, change);
  }

  /**
   * Asks for all that is due, or for `wanted`, in one request, and tells it in one go, so that the browser draws one frame
   * for it. One request at a time: rows that are on their way are not asked for twice.
   * @param {NewsPart[]} [wanted]
   */
  async read(wanted) {
    if (this.reading) return this.reading;
    const parts = wanted ?? /** @type {NewsPart[]} */ (Object.keys(this.listeners)).filter((kind) => this.due(kind));
    if (!parts.length) return;
    this.reading = this.ask(parts).finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** @param {NewsPart[]} parts */
  async ask(parts) {
    if (parts.includes("metrics") && !parts.includes("status")) parts.push("status");
    let news;
    try {
      news = await source.news(this.name, parts, this.cursor);
      this.trouble = "";
      this.missing = false;
    } catch (error) {
      const { status, message } = /** @type {Refusal} */ (error);
      this.missing = status === 404 && !this.status;
      this.trouble = status === 404 && this.status ? GONE : message;
      return this.tell("status");
    }
    this.again = news.again_ms ?? 0;
    const metrics = news.metrics && this.takeMetrics(news.metrics); // its rows are known at once
    /** @type {Partial<Record<NewsPart, Change | null>>} */
    const changes = {
      status: news.status && this.takeStatus(news.status),
      layouts: news.layouts && this.takeLayouts("layouts", news.layouts),
      solid: news.solid && this.takeLayouts("solid", news.solid),
    };
    for (const kind of parts) {
      const change = changes[kind];
      if (change) this.tell(kind, change);
    }
    const grown = await metrics; // maps do not wait for what the curves are compared with
    if (grown) this.tell("metrics", grown);
  }

  /**
   * What to tell the listeners of a kind of news; null where nothing changed.
   * @param {RunStatus} status
   */
  takeStatus(status) {
    const ended = isActive(this.status) && !isActive(status);
    this.status = status;
    if (ended) this.rested.metrics = this.rested.layouts = this.rested.solid = -Infinity;
    return {};
  }

  /** @param {MetricNews} news */
  async takeMetrics(news) {
    this.cursor = news.cursor;
    /** @type {Change & {rows: MetricRow[]}} */
    const change = { void: Boolean(news.void) && this.rows.length + news.rows.length > 0, rows: [] };
    if (news.void) this.rows = [];
    for (const row of news.rows) {
      const { resumed_from } = row;
      if (resumed_from !== undefined && Number.isInteger(resumed_from)) {
        this.rows = this.rows.filter(({ step }) => step !== undefined && step <= resumed_from);
        change.void = true;
      } else if (Number.isInteger(row.step)) {
        this.rows.push(row);
        change.rows.push(row);
      }
    }
    if (change.void) this.schema = null; // a resume may declare more
    // They are complete when the first row is there.
    if (this.rows.length && (!this.schema || !Object.keys(this.baselines ?? {}).length)) {
      const known = this.schema;
      [this.schema, this.baselines] = await Promise.all([
        known ?? source.schema(this.name).catch(() => null),
        source.baselines(this.name).catch(() => null),
      ]);
      change.baselines = this.schema !== known || Object.keys(this.baselines ?? {}).length > 0;
    }
    return change.void || change.rows.length || change.baselines ? change : null;
  }

  /**
   * @param {"layouts" | "solid"} kind
   * @param {LayoutSummary} layouts
   */
  takeLayouts(kind, layouts) {
    if (layouts.version === this[kind]?.version) return null;
    this[kind] = layouts;
    return {};
  }
}
