// Live curves of a run: a grid of small charts, and when each of them is drawn.

import { make } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { onTheme } from "../core/theme.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";
import { Chart } from "./chart.js";
import { goesOn } from "./chart_layout.js";
import { chartsOf, gather, led } from "./declared.js";
import { gone } from "./large.js";
import { sameMeasure } from "./over.js";
import { Paced } from "./paced.js";
import { RunsKey } from "./runs_key.js";
import { tools } from "./tools.js";

/** @import { Change } from "../core/feed.js" */
/** @import { Curve, PartWith } from "../core/types.d.ts" */
/** @import { Host, Shown } from "./chart.js" */

/** @implements {Host} */
class Board {
  /**
   * @param {HTMLElement} root
   * @param {boolean} small whether a few small charts lead and the rest folds
   */
  constructor(root, small) {
    this.root = root;
    this.small = small;
    this.smooth = false;
    this.against = "step";
    /** @type {Shown[]} */
    this.runs = [];
    /** @type {(() => void)[]} */
    this.stops = [];
    /** @type {Set<number>} */
    this.news = new Set(); // indices of runs of which no chart has drawn the newest rows yet
    this.paced = new Paced(() => this.draw());
    this.told = ""; // what was known of runs over each other when they were drawn
    this.goesOn = ""; // which of the runs go on
    /** @type {Chart[]} */
    this.charts = [];
    /** @type {Set<string>} */
    this.held = new Set(); // names of the numbers in the runs' rows
    this.message = make("p.charts-message", { role: "status" });
    this.grid = make("div.charts-grid");
    this.rest = make("div.charts-grid");
    this.restTitle = make("summary");
    this.more = make("details.charts-more", { hidden: true }, this.restTitle, this.rest);
    this.bar = tools(this);
    this.key = new RunsKey();
    this.key.together.addEventListener("change", () => {
      this.key.wanted = this.key.together.checked;
      this.compare();
    });
    if (small) this.more.append(this.bar);
    root.append(
      ...(small ? [] : [this.bar]),
      this.key.box,
      this.key.choice,
      this.key.words,
      this.message,
      this.grid,
      this.more,
    );
    known.on(() => {
      if (!this.runs.length) this.explain();
      if (this.runs.length > 1) this.compare();
    });
    /** @param {Error} error */
    this.report = (error) => this.say(error.message);
    onTheme(() => this.rebuild());
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          this.charts
            .find((chart) => chart.box === target)
            ?.seen(isIntersecting, this.runs)
            ?.catch(this.report);
        }
      },
      { rootMargin: "50px" },
    );
  }

  /** Makes the charts that the runs need. One that is there already and stays the same keeps what it has drawn. */
  arrange() {
    const before = new Map(this.charts.map((chart) => [JSON.stringify(chart.kind), chart]));
    const kinds = chartsOf(
      this.runs.map(({ feed }) => feed.schema ?? {}),
      this.held,
    );
    const charts = kinds.map((kind) => before.get(JSON.stringify(kind)) ?? new Chart(kind, this));
    if (charts.length === this.charts.length && charts.every((chart, i) => chart === this.charts[i])) return;
    for (const chart of this.charts) {
      if (charts.includes(chart)) continue;
      this.watcher.unobserve(chart.box);
      gone(chart.box);
      chart.clear();
    }
    this.charts = charts;
    const [leading, rest] = this.small ? led(this.charts) : [this.charts, []];
    this.grid.replaceChildren(...leading.map((chart) => chart.box));
    this.rest.replaceChildren(...rest.map((chart) => chart.box));
    this.restTitle.textContent = `More curves (${rest.length})`;
    this.more.hidden = !rest.length;
    for (const chart of this.charts) this.watcher.observe(chart.box); // once more is as good as once
  }

  /** Draws runs over each other anew, when more is known of what they are. */
  compare() {
    this.key.show(this.runs.map(({ name }) => name));
    const told = JSON.stringify([
      this.key.groups,
      this.runs.map(({ name }) => [known.of(name)?.method, this.key.nameOf(name)]),
    ]);
    if (told === this.told) return;
    this.told = told;
    this.rebuild();
  }

  /**
   * @param {Curve} curve
   * @param {number} run
   */
  comparable(curve, run) {
    if (!run) return true;
    const first = this.runs.findIndex(({ feed }) => feed.rows.some((row) => Number.isFinite(row[curve.key])));
    return first === run || sameMeasure(this.declared(curve, first), this.declared(curve, run));
  }

  /**
   * How a run declares a curve.
   * @param {Curve} curve
   * @param {number} run
   */
  declared(curve, run) {
    const { name, feed } = this.runs[run];
    const own = feed.schema?.curves.find(({ key }) => key === curve.key);
    return { curve: own ?? curve, method: known.of(name)?.method ?? "" };
  }

  /** @param {string[]} names of the run to show, and of those to lay over it */
  show(names) {
    if (names.join("\n") === this.runs.map((run) => run.name).join("\n") && this.stops.length) return;
    for (const stop of this.stops) stop();
    if (names[0] !== this.runs[0]?.name) for (const chart of this.charts) chart.clear();
    this.runs = names.map((name) => ({ name, feed: feedOf(name) }));
    this.root.dataset.run = names[0] ?? "";
    this.key.show(names);
    if (names.length > 1)
      known
        .ask()
        .then(() => known.ask(true)) // what is changed in them, which may take longer
        .catch(this.report);
    this.held = new Set();
    for (const { feed } of this.runs) gather(feed.rows, this.held);
    this.arrange();
    this.stops = this.runs.map(({ feed }, index) =>
      feed.follow("metrics", this.root, (_, change) => this.take(index, change)),
    );
    this.goesOn = this.whichGoOn();
    this.stops.push(...this.runs.map(({ feed }) => feed.follow("status", this.root, () => this.stand())));
    this.rebuild();
  }

  /**
   * @param {number} index of the run
   * @param {Change} change
   */
  take(index, change) {
    if (change.fresh) return; // `show` draws what is known already
    const more = gather(change.rows ?? [], this.held);
    if (more || change.baselines) this.arrange();
    if (more || change.void || change.baselines) return this.rebuild();
    this.news.add(index);
    if (index === 0) for (const chart of this.charts) if (chart.inView && !chart.box.hidden) chart.showValue(this.runs);
    this.paced.ask();
    this.explain();
  }

  /** Draws what is new. */
  draw() {
    for (const run of this.news) for (const chart of this.charts) chart.take(run, this.runs).catch(this.report);
    this.news.clear();
  }

  /** Draws all charts anew, or those given. */
  rebuild(charts = this.charts) {
    if (charts === this.charts) {
      this.news.clear();
      this.explain();
    }
    for (const chart of charts) {
      if (this.runs.length) chart.rebuild(this.runs).catch(this.report);
      else chart.box.hidden = true;
    }
  }

  whichGoOn() {
    return this.runs.map(goesOn).join();
  }

  /** What the run says of itself has changed: its alarm, and whether it goes on; one that has ended leaves no room for more. */
  stand() {
    for (const chart of this.charts) if (!chart.box.hidden) chart.caption.warn(this.runs[0].feed);
    const before = this.goesOn;
    this.goesOn = this.whichGoOn();
    if (this.goesOn === before) this.explain();
    else this.rebuild();
  }

  explain() {
    if (!this.runs.length) return this.say(known.none);
    const { feed } = this.runs[0];
    if (feed.rows.length) return this.say("");
    if (feed.trouble) this.say(feed.missing ? "" : feed.trouble);
    if (feed.missing) this.bar.hidden = true;
    if (feed.trouble) return;
    this.say(
      isActive(feed.status) || !feed.status
        ? "The first point of the loss appears a few seconds after training starts."
        : "This run ended before it wrote a first point.",
    );
  }

  /** @param {string} text */
  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
    this.bar.hidden = Boolean(text);
  }
}

/**
 * The component: shows the runs that are looked at.
 * @param {HTMLElement} root
 * @param {PartWith<{small?: boolean}, null>} part
 */
export function mount(root, { props }) {
  const board = new Board(root, Boolean(props.small));
  view.on(["step"], () => {
    for (const chart of board.charts) chart.markStep();
  });
  view.on(["runs"], ({ runs }) => board.show(runs));
  board.show(view.state.runs);
}
