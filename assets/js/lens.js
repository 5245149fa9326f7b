// The method's own picture of what its loss sees, as heatmaps, for the newest snapshot of a run.

import { make, sharpContext } from "./elements.js";
import { feedOf } from "./feed.js";
import { COLOURS } from "./picture.js";
import { address, fetchJson } from "./routes.js";

const SIDE = 220;

class LensView {
  constructor(root) {
    this.root = root;
    this.grid = make("div.lens-grid");
    this.message = make("p.charts-message", { role: "status" });
    root.append(this.message, this.grid);
  }

  show(run) {
    if (run === this.run) return;
    this.stop?.();
    this.run = run;
    this.step = null;
    this.grid.replaceChildren();
    this.say(run ? "The method's picture appears with the first snapshot." : "");
    if (run) this.stop = feedOf(run).follow("layouts", this.root, (feed) => this.news(feed));
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  async news(feed) {
    const step = feed.layouts?.steps.at(-1);
    if (step === undefined || step === this.step || feed.name !== this.run) return;
    this.step = step;
    const found = await fetchJson(address.run(this.run, `lens/${step}`)).catch(() => null);
    if (!found || feed.name !== this.run) return;
    const pictures = Object.entries(found.arrays ?? found).map(([name, array]) => heatmap(name, array)).filter(Boolean);
    this.say(pictures.length ? "" : "This method has no picture of its own.");
    this.grid.replaceChildren(...pictures);
  }
}

/** One array (rows of numbers, or {title, meaning, values}) as a figure; null where it cannot be drawn as one. */
function heatmap(name, given) {
  const about = Array.isArray(given) ? { values: given } : given;
  const values = about?.values;
  if (!Array.isArray(values) || !values.length) return null;
  const rows = Array.isArray(values[0]) ? values : [values];
  const flat = rows.flat().filter(Number.isFinite);
  if (!flat.length) return null;
  const low = about.low ?? Math.min(...flat), high = about.high ?? Math.max(...flat);
  const canvas = make("canvas", { role: "img", "aria-label": about.title ?? name });
  const [h, w] = [rows.length, rows[0].length];
  const image = new ImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  rows.forEach((row, y) => row.forEach((value, x) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    pixels[y * w + x] = COLOURS[Math.max(0, Math.min(255, Math.round(255 * share)))];
  }));
  const own = new OffscreenCanvas(w, h);
  own.getContext("2d").putImageData(image, 0, 0);
  const draw = () => {
    const height = Math.max(40, Math.min(SIDE, (SIDE * h) / w));
    canvas.style.height = `${height}px`;
    const context = sharpContext(canvas, SIDE, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(own, 0, 0, SIDE, height);
  };
  draw();
  const span = `${readable(low)} (dark) to ${readable(high)} (bright), ${h} × ${w}`;
  return make("figure.lens", {}, canvas, make("figcaption", {}, make("span.chart-title", {}, about.title ?? name.replaceAll("_", " ")),
    about.meaning ? make("p.chart-meaning", {}, about.meaning) : null, make("p.lens-span", {}, span)));
}

const readable = (value) => Number(value.toPrecision(3)).toString().replace("-", "−");

/** The component: value {run}. */
export function mount(root, { props, watch }) {
  const view = new LensView(root);
  const update = () => view.show(props.value?.run ?? null);
  watch("value", update);
  update();
}
