// What is known of a run, fetched once for all parts of the page that show it.

import { address, fetchJson } from "./routes.js";
import { isSeen, onPulse } from "./pulse.js";

const LIVE_MS = 500;
const REST_MS = 4000; // nothing moves in a run that has ended, but it may be resumed
const LAYOUTS_MS = 1000;
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
    onPulse(() => this.readStatus(), { every: LIVE_MS, seen: () => this.due("status") });
    onPulse(() => this.readMetrics(), { every: LIVE_MS, seen: () => this.due("metrics") });
    onPulse(() => this.readLayouts(), { every: LAYOUTS_MS, seen: () => this.due("layouts") });
    this.rested = { status: -Infinity, metrics: -Infinity, layouts: -Infinity };
  }

  /** Calls `listener(feed, change)` on news of a kind while `element` can be seen; at once with what is known. */
  follow(kind, element, listener) {
    const entry = { element, listener };
    this.listeners[kind].add(entry);
    this.listeners.status.add({ element, listener: () => {} , of: entry });
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
    if (!isActive(this.status) && now - this.rested[kind] < REST_MS) return false;
    this.rested[kind] = now;
    return true;
  }

  tell(kind, change = {}) {
    for (const { listener } of this.listeners[kind]) listener(this, change);
  }

  async readStatus() {
    try {
      const status = await fetchJson(address.run(this.name, "status"));
      const ended = isActive(this.status) && !isActive(status);
      this.status = status;
      this.trouble = "";
      if (ended) this.rested.metrics = this.rested.layouts = -Infinity;
    } catch (error) {
      this.trouble = error.message;
    }
    this.tell("status");
  }

  async readMetrics() {
    const query = `metrics?since=${encodeURIComponent(this.cursor)}`;
    const news = await fetchJson(address.run(this.name, query)).catch(() => null);
    if (!news) return;
    this.cursor = news.cursor;
    const change = { void: Boolean(news.void), rows: [] };
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
    if (!this.baselines || !Object.keys(this.baselines).length) {
      this.baselines = await fetchJson(address.run(this.name, "baselines")).catch(() => null);
      if (this.baselines && Object.keys(this.baselines).length) change.baselines = true;
    }
    if (change.void || change.rows.length || change.baselines) this.tell("metrics", change);
  }

  async readLayouts() {
    const layouts = await fetchJson(address.run(this.name, "layouts")).catch(() => null);
    if (!layouts || layouts.version === this.layouts?.version) return;
    this.layouts = layouts;
    this.tell("layouts");
  }
}
