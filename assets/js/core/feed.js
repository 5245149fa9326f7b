// What is known of a run, asked for once for all parts of the page that show it.

import { guarded } from "./listeners.js";
import { isSeen, onPulse } from "./pulse.js";
import { source } from "./source.js";

const LIVE_MS = 500;
const LIVELY_MS = { status: 1000, metrics: LIVE_MS, layouts: 1000 }; // a status goes along with metrics
const REST_MS = 4000; // nothing moves in a run that has ended, but it may be resumed
const SLACK_MS = 50;
const KEPT_MS = 30_000; // after the last part has let go: who goes to another run and back finds the rows
const ACTIVE = new Set(["waiting", "preparing", "training", "paused", "stopping"]);
const feeds = new Map();

export const isActive = (status) => ACTIVE.has(status?.state);

/** The feed of a run; the same for everyone who asks while it is followed. */
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
    this.schema = null; // what the run declares
    this.baselines = null;
    this.layouts = null;
    this.listeners = { status: new Set(), metrics: new Set(), layouts: new Set() };
    this.rested = { status: -Infinity, metrics: -Infinity, layouts: -Infinity };
    this.stopAsking = onPulse(() => this.read(), { every: LIVE_MS });
    this.letGoSoon();
  }

  /** Calls `listener(feed, change)` on news of a kind while `element` can be seen; at once with what is known. */
  follow(kind, element, listener) {
    clearTimeout(this.parting);
    const entry = { element, listener };
    this.listeners[kind].add(entry);
    if (kind !== "layouts" ? this.status : this.layouts) listener(this, { fresh: true });
    this.rested[kind] = this.rested.status = -Infinity;
    return () => {
      this.listeners[kind].delete(entry);
      this.letGoSoon();
    };
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

  due(kind) {
    // Whoever shows anything of a run must know whether it still goes on.
    const entries =
      kind === "status" ? Object.values(this.listeners).flatMap((all) => [...all]) : [...this.listeners[kind]];
    if (!entries.some(({ element }) => isSeen(element))) return false;
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
    for (const { listener } of [...this.listeners[kind]]) guarded(listener, this, change);
  }

  /** Asks for all that is due in one request, and tells it in one go, so that the browser draws one frame for it. */
  async read() {
    const parts = Object.keys(this.listeners).filter((kind) => this.due(kind));
    if (!parts.length) return;
    if (parts.includes("metrics") && !parts.includes("status")) parts.push("status");
    let news;
    try {
      news = await source.news(this.name, parts, this.cursor);
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

  takeLayouts(layouts) {
    if (layouts.version === this.layouts?.version) return null;
    this.layouts = layouts;
    return {};
  }
}
