// Live curves of a run: a grid of small charts that grow, one sentence under each title saying what it shows.

import { make, onResize } from "./elements.js";
import { feedOf, isActive } from "./feed.js";
import { CHARTS } from "./chart_kinds.js";
import { axis, fontFamily, plain, plotly } from "./plot.js";
import { colour, onTheme } from "./theme.js";

const SMOOTHING = 0.85;
const PLOT_PIXELS = 125; // about the height of the plotting area
const LABEL_PIXELS = 14;
const DRAWING_SHARE = 0.05; // of the time; a browser that draws slowly draws less often, and leaves the cores to the training
const MOST_POINTS = 1500; // more than a chart has pixels; beyond this a curve is thinned

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
    this.curves = new Map(); // curve id → {index of the trace, x, y, smooth}
    this.inView = true; // until the observer of the board has looked
    this.behind = false; // rows came while nobody saw the chart
    onResize(this.plot, () => this.fit());
  }

  /** Gives the drawing the width of its box. A box that shrinks while Plotly draws for the first time is missed by it. */
  fit() {
    const width = this.plot.clientWidth;
    if (this.drawn && width && Math.abs(this.plot._fullLayout.width - width) > 1) window.Plotly.relayout(this.plot, { width });
  }

  /** Draws everything anew. */
  async rebuild(runs) {
    this.behind = false;
    const traces = [];
    this.curves.clear();
    runs.forEach(({ feed, name }, run) => {
      const keys = this.kind.keys(feed.rows);
      keys.forEach((key, k) => this.addCurve(traces, feed, { key, k, run, name, keys }));
    });
    this.box.hidden = !traces.some((trace) => trace.x.length);
    if (this.box.hidden) return;
    const lines = this.kind.lines(runs[0].feed.baselines ?? {});
    const Plotly = await plotly();
    await Plotly.react(this.plot, traces, this.layout(lines, traces), { displayModeBar: false, responsive: false });
    this.drawn = true;
    this.fit();
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
    const last = smooth ? smoothed(y) : y;
    const label = `${plain(key.split("/").slice(1).join("/"))}${run ? ` · ${plain(name)}` : ""}`;
    const base = {
      x, type: "scatter", mode: this.kind.sparse ? "lines+markers" : "lines", name: label,
      line: { color: tint, width: 1.8, dash: run ? "dot" : "solid" }, marker: { size: 5, color: tint },
      showlegend: keys.length > 1 || run > 0, hovertemplate: `%{y:.4~g}<extra>${label}</extra>`,
    };
    const curve = { key, run, trace: traces.length, count: x.length, smoothLast: last.at(-1) };
    if (smooth) {
      traces.push({ ...base, y, mode: "lines", opacity: 0.25, showlegend: false, hoverinfo: "skip", hovertemplate: undefined });
      curve.smoothTrace = traces.length;
      traces.push({ ...base, x: [...x], y: last });
    } else traces.push({ ...base, y });
    this.curves.set(`${run} ${key}`, curve);
  }

  /** Draws news of a run, or leaves it for the moment when the chart is scrolled into view: drawing is what costs. */
  async take(run, rows, runs) {
    if (!this.box.hidden && !this.inView) this.behind ||= this.kind.keys(rows).length > 0;
    else if (!this.extend(run, rows)) return this.rebuild(runs);
  }

  seen(inView, runs) {
    this.inView = inView;
    if (inView && this.behind) return this.rebuild(runs);
  }

  /** Adds what is new to the curves that are there; false when the chart must be rebuilt. */
  extend(run, rows) {
    const fresh = rows.filter((row) => this.kind.keys([row]).length);
    if (!fresh.length) return true;
    if (!this.drawn || this.box.hidden) return false;
    const x = [], y = [], indices = [];
    for (const key of this.kind.keys(fresh)) {
      const curve = this.curves.get(`${run} ${key}`);
      const given = fresh.filter((row) => Number.isFinite(row[key]));
      if (!curve || curve.count + given.length > 2 * MOST_POINTS) return false;
      curve.count += given.length;
      x.push(given.map((row) => row[this.board.against]));
      y.push(given.map((row) => row[key]));
      indices.push(curve.trace);
      if (curve.smoothTrace === undefined) continue;
      x.push(x.at(-1));
      y.push(given.map((row) => (curve.smoothLast = mix(curve.smoothLast, row[key]))));
      indices.push(curve.smoothTrace);
    }
    if (indices.length) window.Plotly.extendTraces(this.plot, { x, y }, indices);
    return true;
  }

  showValue(feed) {
    const key = this.kind.keys(feed.rows)[0];
    const row = feed.rows.findLast((r) => Number.isFinite(r[key]));
    this.value.textContent = row ? this.kind.format(row[key]) : "";
  }

  layout(lines, traces) {
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
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const holds = shown.length > 0; // Plotly's own range forgets lines, so it is given a hidden curve that spans them
    if (holds) {
      traces.push({ x: [traces[0].x[0], traces[0].x[0]], y: [low, high], type: "scatter", mode: "markers", opacity: 0, showlegend: false, hoverinfo: "skip" });
    }
    return {
      height: 190, margin: { l: 8, r: 10, t: 6, b: 8 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily(), color: colour("text"), size: 11 }, uirevision: `${this.board.against}`,
      xaxis: axis({ title: { ...axis().title, text: this.board.against === "step" ? "step" : "seconds trained" }, rangemode: "tozero", nticks: 5 }),
      yaxis: axis({ title: { ...axis().title, text: this.kind.unit }, nticks: 5, tickformat: this.kind.ticks }),
      hovermode: "x", hoverlabel: { font: { size: 11, family: fontFamily() } }, dragmode: "zoom",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 10.5 }, itemwidth: 20 },
      shapes: marks, annotations: notes,
    };
  }
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
    this.news = []; // [index of the run, rows] that no chart has drawn yet
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
    this.stops = this.runs.map(({ feed }, index) =>
      feed.follow("metrics", this.root, (_, change) => this.take(index, change)));
    this.stops.push(...this.runs.slice(0, 1).map(({ feed }) => feed.follow("status", this.root, () => this.explain())));
    this.rebuild();
  }

  take(index, change) {
    if (change.fresh) return; // `show` draws what is known already
    if (change.void || change.baselines) return this.rebuild();
    this.news.push([index, change.rows]);
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
    const news = this.news.splice(0);
    this.runs.forEach((_, index) => {
      const rows = news.flatMap(([run, more]) => (run === index ? more : []));
      for (const chart of rows.length ? this.charts : []) chart.take(index, rows, this.runs).catch((error) => this.say(error.message));
    });
    const cost = performance.now() - now + (await painted());
    this.rested = performance.now() + cost / DRAWING_SHARE;
    this.drawing = false;
    if (this.news.length) return this.draw();
  }

  rebuild() {
    this.news = [];
    this.explain();
    for (const chart of this.charts) {
      if (this.runs.length) chart.rebuild(this.runs).catch((error) => this.say(error.message));
      else chart.box.hidden = true;
    }
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

