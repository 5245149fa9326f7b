// The drawing of the map: one GL trace a class, a 2-D canvas that carries the points from one layout to the next,
// and rings (HTML elements) around the chosen point, its neighbours and marked places. The canvas goes on showing a
// layout until a pointer comes: only then must Plotly know it, and telling it costs more than the whole movement.

import { make, onResize, sharpContext } from "./elements.js";
import { nextFrame, renderer } from "./frames.js";
import { axis, fontFamily, plotly } from "./plot.js";
import { colour } from "./theme.js";

const REACH = { least: 1.08, most: 1.7 }; // layouts have unit radius or so, but for a few far points
const FADED = 0.07;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

export class MapPlot {
  constructor(stage, { onHover, onLeave, onClick }) {
    this.plot = make("div.map-plot");
    this.overlay = make("canvas.map-overlay", { "aria-hidden": "true" });
    // Drawn by the processor: thousands of small shapes are slow on an emulated GPU and no trouble without one.
    this.overlay.getContext("2d", { willReadFrequently: true });
    this.rings = make("div.map-rings", { "aria-hidden": "true" });
    stage.append(this.plot, this.overlay, this.rings);
    this.calls = { onHover, onLeave, onClick };
    this.ringed = []; // {point | at, element}
    this.classes = []; // {ids: Int32Array, colour, marker, faded}
    this.x = this.y = null; // what is shown, also in the middle of a movement
    this.painted = false; // the canvas shows the points, not Plotly
    this.paints = 0; // how often it was drawn, to tell whether something changed meanwhile
    this.pointed = false;
    stage.addEventListener("pointerenter", () => {
      this.pointed = true;
      this.handOver();
    });
    stage.addEventListener("pointerleave", () => (this.pointed = false));
    onResize(stage, () => this.resize());
  }

  /** classes: [{ids, colour, marker}]: which points each trace holds. */
  async draw(x, y, classes) {
    this.moving = null;
    this.Plotly = await plotly();
    const fresh = this.x === null;
    Object.assign(this, { x, y, classes });
    if (!this.reach || this.reachKey !== this.zoomKey) this.reach = reachOf(x, y); // once for each run: nothing jumps afterwards
    this.reachKey = this.zoomKey;
    this.size = x.length > 8000 ? 4 : x.length > 2500 ? 5.5 : x.length > 800 ? 7 : 9;
    await this.Plotly.react(this.plot, classes.map((c) => this.trace(c)), this.layout(), {
      displaylogo: false, scrollZoom: true, responsive: false, doubleClick: "reset",
      modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
    });
    if (fresh) this.listen();
    await this.wipe();
    this.placeRings();
  }

  trace({ ids, colour: fill, marker, faded }) {
    return {
      type: renderer() ? "scattergl" : "scatter", mode: "markers", customdata: Array.from(ids), hoverinfo: "none",
      x: gathered(this.x, ids), y: gathered(this.y, ids), showlegend: false,
      marker: { color: fill, size: this.size, symbol: marker, opacity: opacity({ faded }), line: { width: 0 } },
    };
  }

  layout() {
    const bare = axis({ visible: false, range: [-this.reach, this.reach], automargin: false, title: undefined });
    return {
      margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", uirevision: this.zoomKey ?? "kept",
      xaxis: { ...bare }, yaxis: { ...bare, scaleanchor: "x", scaleratio: 1 }, dragmode: "pan", hovermode: "closest",
      hoverdistance: 12, font: { family: fontFamily() }, autosize: true,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("faint-text"), activecolor: colour("accent"), orientation: "h" },
    };
  }

  listen() {
    this.plot.on("plotly_hover", ({ points, event }) => this.calls.onHover(points[0].customdata, event));
    this.plot.on("plotly_unhover", () => this.calls.onLeave());
    this.plot.on("plotly_click", ({ points, event }) => this.calls.onClick(points[0].customdata, event));
    this.plot.on("plotly_relayouting", () => this.placeRings());
    this.plot.on("plotly_relayout", () => this.placeRings());
    this.plot.addEventListener("wheel", () => requestAnimationFrame(() => this.placeRings()), { passive: true });
  }

  /** Carries every point to a new layout; resolves when it is there. Another call takes over from where they are. */
  moveTo(x, y, milliseconds = 700) {
    const from = { x: this.x, y: this.y };
    const now = { x: Float32Array.from(from.x), y: Float32Array.from(from.y) };
    const begun = performance.now();
    if (still.matches || this.plot.offsetParent === null) milliseconds = 0;
    Object.assign(this, now);
    const moving = (this.moving = {});
    return new Promise((resolve) => {
      const step = () => {
        if (this.moving !== moving) return resolve(false);
        const share = milliseconds ? Math.min(1, (performance.now() - begun) / milliseconds) : 1;
        const eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
        for (let i = 0; i < x.length; i++) {
          now.x[i] = from.x[i] + eased * (x[i] - from.x[i]);
          now.y[i] = from.y[i] + eased * (y[i] - from.y[i]);
        }
        this.paint();
        this.placeRings();
        if (share < 1) return nextFrame(step);
        this.moving = null;
        if (this.pointed || this.plot.offsetParent === null) this.handOver();
        resolve(true);
      };
      step();
    });
  }

  /** Plotly, which knows what is pointed at, takes over from the canvas. */
  async handOver() {
    if (!this.painted || this.moving) return;
    const { paints } = this;
    await this.Plotly.restyle(this.plot, {
      x: this.classes.map((c) => gathered(this.x, c.ids)), y: this.classes.map((c) => gathered(this.y, c.ids)),
      "marker.opacity": this.classes.map(opacity),
    });
    if (paints === this.paints) return this.wipe();
    return this.handOver(); // something changed meanwhile
  }

  /** Takes the canvas away, once the GL canvas has drawn: nothing blinks. What was painted meanwhile stays. */
  async wipe() {
    if (!this.painted) return;
    const { paints } = this;
    await new Promise(requestAnimationFrame);
    if (paints !== this.paints) return;
    this.painted = false;
    this.plot.classList.remove("painted");
    sharpContext(this.overlay);
  }

  /** Draws all points on the 2-D canvas where they are now; faster than any restyle. */
  paint() {
    this.painted = true;
    this.paints++;
    this.plot.classList.add("painted");
    const context = sharpContext(this.overlay);
    if (!context) return;
    const { across, down } = this.scales();
    const r = this.size / 2;
    for (const c of this.classes) {
      context.fillStyle = c.colour;
      context.globalAlpha = opacity(c);
      context.beginPath();
      const outline = OUTLINES[c.marker] ?? OUTLINES.circle;
      for (const id of c.ids) outline(context, across(this.x[id]), down(this.y[id]), r);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  scales() {
    const { xaxis, yaxis } = this.plot._fullLayout;
    return { across: (v) => xaxis._offset + xaxis.l2p(v), down: (v) => yaxis._offset + yaxis.l2p(v) };
  }

  /** Restyles opacity so that the classes in `shown` (a predicate over their index) stand out. */
  fade(shown) {
    if (!this.classes.length || !this.Plotly) return;
    this.classes.forEach((c, i) => (c.faded = !shown(i)));
    if (this.painted) this.paint();
    else this.Plotly.restyle(this.plot, { "marker.opacity": this.classes.map(opacity) });
  }

  /** rings: [{point} or {points, weights} or {x, y}, kind: "chosen" | "near" | "mark", text]. */
  ring(rings) {
    this.rings.replaceChildren();
    this.ringed = rings.map((ring) => {
      const element = make(`div.ring.${ring.kind}`, {}, ring.text ? make("span", {}, ring.text) : null);
      this.rings.append(element);
      return { ...ring, element };
    });
    this.placeRings();
  }

  placeRings() {
    if (!this.x || !this.ringed.length || !this.plot._fullLayout) return;
    const { across, down } = this.scales();
    for (const ring of this.ringed) {
      const at = this.placeOf(ring);
      const gone = !at || !Number.isFinite(at.x);
      ring.element.hidden = gone;
      if (!gone) ring.element.style.transform = `translate(${across(at.x)}px, ${down(at.y)}px)`;
    }
  }

  placeOf({ point, points, weights, x, y }) {
    if (Number.isInteger(point)) return { x: this.x[point], y: this.y[point] };
    if (!points?.length) return Number.isFinite(x) ? { x, y } : null;
    const total = weights ? weights.reduce((a, b) => a + b, 0) || 1 : points.length;
    const mean = (values) => points.reduce((sum, id, i) => sum + values[id] * (weights ? weights[i] : 1), 0) / total;
    return { x: mean(this.x), y: mean(this.y) };
  }

  /** The nearest point in a direction (dx, dy), for the arrow keys. */
  nextTowards(from, dx, dy) {
    let best = null, least = Infinity;
    for (const { ids, faded } of this.classes) {
      if (faded) continue;
      for (const id of ids) {
        const x = this.x[id] - this.x[from], y = this.y[id] - this.y[from];
        const along = x * dx + y * dy, aside = Math.abs(x * dy - y * dx);
        if (id === from || along <= 1e-6 || aside > along) continue;
        const cost = along + 2 * aside;
        if (cost < least) [best, least] = [id, cost];
      }
    }
    return best;
  }

  resize() {
    if (!this.Plotly || !this.x) return;
    Promise.resolve(this.Plotly.Plots.resize(this.plot)).then(() => {
      if (this.painted) this.paint();
      this.placeRings();
    });
  }
}

const opacity = ({ faded }) => (faded ? FADED : 0.85);

function gathered(values, ids) {
  const out = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) out[i] = values[ids[i]];
  return out;
}

const polygon = (corners) => (context, x, y, r) => {
  corners.forEach(([dx, dy], i) => (i ? context.lineTo(x + dx * r, y + dy * r) : context.moveTo(x + dx * r, y + dy * r)));
  context.closePath();
};
const OUTLINES = {
  circle: (context, x, y, r) => {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  diamond: polygon([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
  square: polygon([[-1, -1], [1, -1], [1, 1], [-1, 1]]),
  "triangle-up": polygon([[0, -1.2], [1.1, 0.7], [-1.1, 0.7]]),
  cross: polygon([[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]]),
};

/** How far the axes must reach to show every point of a layout, within bounds. */
function reachOf(x, y) {
  let far = 0;
  for (let i = 0; i < x.length; i++) far = Math.max(far, Math.abs(x[i]), Math.abs(y[i]));
  return Math.min(REACH.most, Math.max(REACH.least, far * 1.06));
}
