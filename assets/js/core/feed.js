// What is known of a run, fetched once for all parts of the page that show it.

import { isSeen, onPulse } from "./pulse.js";
import { address, fetchJson } from "./routes.js";

const LIVE_MS = 500;
const LIVELY_MS = { status: 1000, metrics: LIVE_MS, layouts: 1000 }; // a status goes along with metrics
const REST_MS = 4000; // nothing moves in a run that has ended, but it may be resumed
const SLACK_MS = 50;
const ACTIVE = new Set(["waiting", "preparing", "training", "paused", "stopping"]);
const feeds = new Map();

export const isActive = (status) => ACTIVE.has(status?.state);

/** The feed of a run; the same for everyone who asks. */
export function feedOf(name) {
  if (!feeds.has(name)) feeds.set(name, new Feed(name));
  return feeds.get(name);
}

class Feed {
  constructor(name) {
    this.name = name;
    this.status = null;
    this.trouble = "";
    this.rows = []; // metric rows that hold
    this.cursor = "";
    this.baselines = null;
    this.layouts = null;
    this.listeners = { status: new Set(), metrics: new Set(), layouts: new Set() };
    onPulse(() => this.read(), { every: LIVE_MS });
    this.rested = { status: -Infinity, metrics: -Infinity, layouts: -Infinity };
  }

  /** Calls `listener(feed, change)` on news of a kind while `element` can be seen; at once with what is known. */
  follow(kind, element, listener) {
    const entry = { element, listener };
    this.listeners[kind].add(entry);
    this.listeners.status.add({ element, listener: () => {}, of: entry });
    if (kind !== "layouts" ? this.status : this.layouts) listener(this, { fresh: true });
    this.rested[kind] = this.rested.status = -Infinity;
    return () => {
      this.listeners[kind].delete(entry);
      for (const other of this.listeners.status) if (other.of === entry) this.listeners.status.delete(other);
    };
  }

  due(kind) {
    const seen = [...this.listeners[kind]].some(({ element }) => isSeen(element));
    if (!seen) return false;
    const now = performance.now();
    const every = isActive(this.status) || (kind === "layouts" && this.mapping) ? LIVELY_MS[kind] : REST_MS;
    if (now - this.rested[kind] < every - SLACK_MS) return false;
    this.rested[kind] = now;
    return true;
  }

  /** Whether maps of this run are being made. */
  get mapping() {
    return Boolean(this.layouts && this.layouts.steps.length < this.layouts.snapshots);
  }

  tell(kind, change = {}) {
    for (const { listener } of this.listeners[kind]) listener(this, change);
  }

  /** Asks for all that is due in one request, and tells it in one go, so that the browser draws one frame for it. */
  async read() {
    const parts = Object.keys(this.listeners).filter((kind) => this.due(kind));
    if (!parts.length) return;
    if (parts.includes("metrics") && !parts.includes("status")) parts.push("status");
    let news;
    try {
      news = await fetchJson(
        address.run(this.name, `news?parts=${parts.join(",")}&since=${encodeURIComponent(this.cursor)}`),
      );
      this.trouble = "";
    } catch (error) {
      this.trouble = error.message;
      return this.tell("status");
    }
    const changes = {
      status: news.status && this.takeStatus(news.status),
      metrics: news.metrics && (await this.takeMetrics(news.metrics)),
      layouts: news.layouts && this.takeLayouts(news.layouts),
    };
    for (const kind of parts) if (changes[kind]) this.tell(kind, changes[kind]);
  }

  /** What to tell the listeners of a kind of news; null where nothing changed. */
  takeStatus(status) {
    const ended = isActive(this.status) && !isActive(status);
    this.status = status;
    if (ended) this.rested.metrics = this.rested.layouts = -Infinity;
    return {};
  }

  async takeMetrics(news) {
    this.cursor = news.cursor;
    const change = { void: Boolean(news.void) && this.rows.length + news.rows.length > 0, rows: [] };
    if (news.void) this.rows = [];
    for (const row of news.rows) {
      if (Number.isInteger(row.resumed_from)) {
        this.rows = this.rows.filter((kept) => kept.step <= row.resumed_from);
        change.void = true;
      } else if (Number.isInteger(row.step)) {
        this.rows.push(row);
        change.rows.push(row);
      }
    }
    // They are complete when the first row is there.
    if (this.rows.length && (!this.baselines || !Object.keys(this.baselines).length)) {
      this.baselines = await fetchJson(address.run(this.name, "baselines")).catch(() => null);
      if (this.baselines && Object.keys(this.baselines).length) change.baselines = true;
    }
    return change.void || change.rows.length || change.baselines ? change : null;
  }

  takeLayouts(layouts) {
    if (layouts.version === this.layouts?.version) return null;
    this.layouts = layouts;
    return {};
  }
}
