// Live curves of a run: a grid of small charts that grow, one sentence under each title saying what it shows.

import { make, onResize } from "./elements.js";
import { feedOf, isActive } from "./feed.js";
import { CHARTS } from "./chart_kinds.js";
import { Tail } from "./chart_tail.js";
import { axis, fontFamily, plain, plotly } from "./plot.js";
import { colour, onTheme } from "./theme.js";

const SMOOTHING = 0.85;
const PLOT_PIXELS = 125; // about the height of the plotting area
const LABEL_PIXELS = 14;
const DRAWING_SHARE = 0.05; // of the time; a browser that draws slowly draws less often, and leaves the cores to the training
const MOST_POINTS = 1500; // more than a chart has pixels; beyond this a curve is thinned
// Room for the curves of a run that goes on, as shares of what they span: ahead of them, where they head up or down, elsewhere.
const ROOM = { ahead: 1, heading: 0.3, other: 0.08 };

class Chart {
  constructor(kind, board) {
    this.kind = kind;
    this.board = board;
    this.plot = make("div.chart-plot");
    this.value = make("span.chart-value");
    this.box = make(
      "figure.chart", { "aria-label": kind.title, hidden: true },
      make("figcaption", {}, make("span.chart-title", {}, kind.title), this.value, make("p.chart-meaning", {}, kind.meaning)),
      this.plot,
    );
    this.tail = new Tail(this.plot);
    this.curves = new Map(); // curve id → {raw, smooth: index in the tail, last: of the smooth one}
    this.known = []; // how many rows of each run are drawn
    this.inView = true; // until the observer of the board has looked
    this.behind = false; // rows came while nobody saw the chart
    this.box.addEventListener("pointerenter", () => {
      this.pointed = true; // Plotly tells the values under the pointer, so it must know them
      if (this.drawn && !this.tail.empty) this.board.rebuild([this]);
    });
    this.box.addEventListener("pointerleave", () => (this.pointed = false));
    onResize(this.plot, () => this.drawn && this.board.rebuild([this]));
  }

  /** Draws everything anew. */
  async rebuild(runs) {
    this.behind = false;
    const traces = [];
    this.curves.clear();
    const known = runs.map(({ feed }) => feed.rows.length);
    runs.forEach(({ feed, name }, run) => {
      const keys = this.kind.keys(feed.rows);
      keys.forEach((key, k) => this.addCurve(traces, feed, { key, k, run, name, keys }));
    });
    this.box.hidden = !traces.some((trace) => trace.x.length);
    if (this.box.hidden) return;
    const lines = this.kind.lines(runs[0].feed.baselines ?? {});
    const goesOn = runs.some(({ feed }) => isActive(feed.status));
    const Plotly = await plotly();
    await Plotly.react(this.plot, traces, this.layout(lines, traces, goesOn), { displayModeBar: false, responsive: false });
    if (!this.drawn) this.plot.on("plotly_relayout", () => this.board.rebuild([this])); // zoomed: the tail must follow
    this.drawn = true;
    this.known = known; // what came meanwhile is added to the new tail with the next
    this.tail.begin(traces.map(({ x, y, line, opacity, mode }) => (
      { x: x.at(-1), y: y.at(-1), colour: line.color, width: line.width, dash: line.dash === "dot", opacity, dots: mode.endsWith("markers") })));
    this.showValue(runs[0].feed);
  }

  addCurve(traces, feed, { key, k, run, name, keys }) {
    const x = [], y = [];
    const rows = thinned(feed.rows.filter((row) => Number.isFinite(row[key])));
    for (const row of rows) {
      x.push(row[this.board.against]);
      y.push(row[key]);
    }
    const tint = run ? colour("compare") : colour(`curve-${k % 5}`);
    const smooth = this.board.smooth && this.kind.smoothable;
    const label = `${plain(key.split("/").slice(1).join("/"))}${run ? ` · ${plain(name)}` : ""}`;
    const base = {
      x, y, type: "scatter", mode: this.kind.sparse ? "lines+markers" : "lines", name: label,
      line: { color: tint, width: 1.8, dash: run ? "dot" : "solid" }, marker: { size: 5, color: tint },
      showlegend: keys.length > 1 || run > 0, hovertemplate: `%{y:.4~g}<extra>${label}</extra>`,
    };
    const curve = { raw: traces.length };
    if (smooth) {
      traces.push({ ...base, mode: "lines", opacity: 0.25, showlegend: false, hoverinfo: "skip", hovertemplate: undefined });
      curve.smooth = traces.length;
      traces.push({ ...base, x: [...x], y: smoothed(y) });
      curve.last = traces.at(-1).y.at(-1);
    } else traces.push(base);
    this.curves.set(`${run} ${key}`, curve);
  }

  /** Draws news of a run, or leaves it for the moment when the chart is scrolled into view: drawing is what costs. */
  async take(run, runs) {
    if (!this.box.hidden && !this.inView) this.behind ||= this.kind.keys(runs[run].feed.rows.slice(this.known[run])).length > 0;
    else if (!this.extend(run, runs[run].feed.rows)) return this.rebuild(runs);
  }

  seen(inView, runs) {
    this.inView = inView;
    if (inView && this.behind) return this.rebuild(runs);
  }

  /** Lengthens the curves that are there by what is new; false when the chart must be rebuilt. */
  extend(run, rows) {
    const fresh = rows.slice(this.known[run]).filter((row) => this.kind.keys([row]).length);
    this.known[run] = rows.length;
    if (!fresh.length) return true;
    if (!this.drawn || this.box.hidden || this.pointed) return false;
    return this.kind.keys(fresh).every((key) => {
      const curve = this.curves.get(`${run} ${key}`);
      return curve && fresh.filter((row) => Number.isFinite(row[key])).every((row) => {
        const x = row[this.board.against];
        if (curve.smooth !== undefined) curve.last = mix(curve.last, row[key]);
        return this.tail.add(curve.raw, x, row[key]) && (curve.smooth === undefined || this.tail.add(curve.smooth, x, curve.last));
      });
    });
  }

  showValue(feed) {
    const key = this.kind.keys(feed.rows)[0];
    const row = feed.rows.findLast((r) => Number.isFinite(r[key]));
    this.value.textContent = row ? this.kind.format(row[key]) : "";
  }

  layout(lines, traces, goesOn) {
    const shown = lines.filter((line) => Number.isFinite(line.value));
    const marks = shown.map((line) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: line.value, y1: line.value, layer: "below",
      line: { color: colour(line.tint ?? "faint-text"), width: 1.2, dash: line.dash ?? "dash" },
    }));
    const notes = separated(shown, traces).map((line) => ({
      xref: "paper", x: 1, xanchor: "right", y: line.value, yanchor: "bottom", yshift: line.shift, showarrow: false, text: plain(line.text),
      bgcolor: colour("label-back"), borderpad: 0,
      font: { size: 10.5, color: colour(line.tint ?? "faint-text") },
    }));
    const values = [...traces.flatMap((t) => t.y), ...shown.map((line) => line.value)].filter(Number.isFinite);
    const ahead = goesOn ? (1 + ROOM.ahead) * Math.max(...traces.map((t) => t.x.at(-1) ?? 0)) : 0;
    const still = { automargin: false, ticklabeloverflow: "allow" }; // Plotly would lay all labels out twice to find margins that fit
    return {
      height: 190, width: this.plot.clientWidth || undefined, margin: { l: 54, r: 10, t: 6, b: 36 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily(), color: colour("text"), size: 11 }, uirevision: `${this.board.against}`,
      xaxis: axis({ ...still, title: { ...axis().title, text: this.board.against === "step" ? "step" : "seconds trained" }, rangemode: "tozero", nticks: 5, autorangeoptions: { include: ahead } }),
      yaxis: axis({ ...still, title: { ...axis().title, text: this.kind.unit }, nticks: 5, tickformat: this.kind.ticks, autorangeoptions: { include: span(values, goesOn ? traces.map((t) => t.y.at(-1)) : []) } }),
      hovermode: "x", hoverlabel: { font: { size: 11, family: fontFamily() } }, dragmode: "zoom",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 10.5 }, itemwidth: 20 },
      shapes: marks, annotations: notes,
    };
  }
}

/** From where to where an axis goes that shows `values`, with room for curves that end in `ends`. */
function span(values, ends) {
  const low = Math.min(...values), high = Math.max(...values), room = high - low;
  if (!ends.length) return [low, high];
  const heads = (limit) => room * (ends.some((end) => Math.abs(end - limit) < ROOM.heading * room) ? ROOM.heading : ROOM.other);
  return [low - heads(low), high + heads(high)];
}

/** Labels of lines that lie close together are moved apart, as far as a small chart allows. */
function separated(lines, traces) {
  const values = [...lines.map((line) => line.value), ...traces.flatMap((t) => t.y)].filter(Number.isFinite);
  const low = Math.min(...values), span = Math.max(...values) - low || 1;
  let below = -Infinity;
  return [...lines].sort((a, b) => a.value - b.value).map((line) => {
    const pixels = ((line.value - low) / span) * PLOT_PIXELS;
    const at = Math.max(pixels, below + LABEL_PIXELS);
    below = at;
    return { ...line, shift: at - pixels };
  });
}

/** How many milliseconds the browser takes to lay out and paint what was drawn: a large part of the cost. */
const painted = () => new Promise((settle) => requestAnimationFrame((begun) => setTimeout(() => settle(performance.now() - begun))));

const mix = (before, value) => (before === undefined ? value : SMOOTHING * before + (1 - SMOOTHING) * value);

function smoothed(values) {
  let held;
  return values.map((value) => (held = mix(held, value)));
}

function thinned(rows) {
  if (rows.length <= MOST_POINTS) return rows;
  const every = Math.ceil(rows.length / MOST_POINTS);
  return rows.filter((_, i) => i % every === 0 || i === rows.length - 1);
}

class Board {
  constructor(root) {
    this.root = root;
    this.smooth = false;
    this.against = "step";
    this.runs = [];
    this.stops = [];
    this.news = new Set(); // indices of runs of which no chart has drawn the newest rows yet
    this.rested = 0; // when the charts may be drawn again
    this.drawing = false;
    this.charts = CHARTS.map((kind) => new Chart(kind, this));
    this.message = make("p.charts-message", { role: "status" });
    this.grid = make("div.charts-grid", {}, ...this.charts.map((chart) => chart.box));
    root.append(this.tools(), this.message, this.grid);
    onTheme(() => this.rebuild());
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        this.charts.find((chart) => chart.box === target).seen(isIntersecting, this.runs)?.catch((error) => this.say(error.message));
      }
    }, { rootMargin: "50px" });
    for (const chart of this.charts) watcher.observe(chart.box);
  }

  tools() {
    const smooth = make("input", { type: "checkbox", onchange: () => { this.smooth = smooth.checked; this.rebuild(); } });
    const against = make("select", { onchange: () => { this.against = against.value; this.rebuild(); } },
      make("option", { value: "step" }, "steps"), make("option", { value: "seconds" }, "seconds trained"));
    this.bar = make("div.charts-tools", {},
      make("label.check", {}, smooth, "Smooth the curves"), make("label.pick", {}, "Against", against));
    return this.bar;
  }

  /** {run, compare}: names of the run to show and of one to lay over it. */
  show(value) {
    const names = [value?.run, value?.compare].filter((name, i, all) => name && all.indexOf(name) === i);
    if (names.join("\n") === this.runs.map((run) => run.name).join("\n") && this.stops.length) return;
    for (const stop of this.stops) stop();
    this.runs = names.map((name) => ({ name, feed: feedOf(name) }));
    this.root.dataset.run = names[0] ?? "";
    this.stops = this.runs.map(({ feed }, index) =>
      feed.follow("metrics", this.root, (_, change) => this.take(index, change)));
    this.stops.push(...this.runs.map(({ feed }) => feed.follow("status", this.root, () => this.stand())));
    this.rebuild();
  }

  take(index, change) {
    if (change.fresh) return; // `show` draws what is known already
    if (change.void || change.baselines) return this.rebuild();
    this.news.add(index);
    if (index === 0) for (const chart of this.charts) if (chart.inView && !chart.box.hidden) chart.showValue(this.runs[0].feed);
    this.draw();
    this.explain();
  }

  /** Draws what is new, now or when the last drawing has been paid for. */
  async draw() {
    clearTimeout(this.later);
    const now = performance.now();
    if (this.drawing) return;
    if (now < this.rested) return (this.later = setTimeout(() => this.draw(), this.rested - now));
    this.drawing = true;
    for (const run of this.news) for (const chart of this.charts) chart.take(run, this.runs).catch((error) => this.say(error.message));
    this.news.clear();
    const cost = performance.now() - now + (await painted());
    this.rested = performance.now() + cost / DRAWING_SHARE;
    this.drawing = false;
    if (this.news.size) return this.draw();
  }

  /** Draws all charts anew, or those given. */
  rebuild(charts = this.charts) {
    if (charts === this.charts) {
      this.news.clear();
      this.explain();
    }
    for (const chart of charts) {
      if (this.runs.length) chart.rebuild(this.runs).catch((error) => this.say(error.message));
      else chart.box.hidden = true;
    }
  }

  /** A run that has ended leaves no room for more. */
  stand() {
    const goesOn = this.runs.some(({ feed }) => isActive(feed.status));
    if (goesOn !== this.goesOn) this.rebuild();
    else this.explain();
    this.goesOn = goesOn;
  }

  explain() {
    if (!this.runs.length) return this.say("No run is chosen. Start a training, or choose a run above.");
    const { feed } = this.runs[0];
    if (feed.rows.length) return this.say("");
    if (feed.trouble) return this.say(feed.trouble);
    this.say(isActive(feed.status) || !feed.status
      ? "The first point of the loss appears a few seconds after training starts."
      : "This run ended before it wrote a first point.");
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
    this.bar.hidden = Boolean(text);
  }
}

/** The component: value {run, compare}. */
export function mount(root, { props, watch }) {
  const board = new Board(root);
  watch("value", () => board.show(props.value));
  board.show(props.value);
}

