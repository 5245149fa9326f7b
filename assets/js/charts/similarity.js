// How alike two sounds are to the model, snapshot by snapshot, over what random pairs of clips give.

import { make, onResize } from "../core/elements.js";
import { axis, fontFamily, plotly } from "../core/plot.js";
import { colour, onTheme } from "../core/theme.js";

/** @import { PartWith, SimilarityValue } from "../core/types.d.ts" */
/** @typedef {SimilarityValue["rows"][number]} Row */

class Similarity {
  /**
   * @param {HTMLElement} root
   * @param {string} empty said while nothing is compared
   */
  constructor(root, empty) {
    this.empty = empty;
    this.verdict = make("p.similarity-verdict", { role: "status" });
    this.plot = make("div.similarity-plot");
    this.note = make(
      "p.map-note",
      {},
      "The band holds 90 % of random pairs of clips, the dotted line is their median: " +
        "a similarity says something only where it leaves the band.",
    );
    root.append(this.verdict, this.plot, this.note);
    /** @type {Row[]} */
    this.rows = [];
    this.drawn = false;
    onTheme(() => this.draw());
    onResize(this.plot, async () => {
      if (this.drawn) (await plotly()).Plots.resize(this.plot);
    });
  }

  /** @param {SimilarityValue | null} value */
  show(value) {
    this.rows = value?.rows ?? [];
    this.verdict.textContent = value?.text ?? this.empty;
    this.verdict.dataset.tone = value?.tone ?? (this.rows.length ? "" : "empty");
    this.plot.hidden = this.note.hidden = !this.rows.length;
    this.draw();
  }

  async draw() {
    if (!this.rows.length) return;
    const Plotly = await plotly();
    const x = this.rows.map((row) => row.step);
    /** @param {keyof Row} key */
    const of = (key) => this.rows.map((row) => row[key]);
    const base = { x, type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false };
    const [strong, faint] = [colour("accent"), colour("faint-text")];
    const traces = [
      { ...base, y: of("low"), line: { width: 0 } },
      {
        ...base,
        y: of("high"),
        line: { width: 0 },
        fill: "tonexty",
        fillcolor: colour("grid"),
        name: "90 % of random pairs",
        showlegend: true,
      },
      {
        ...base,
        y: of("median"),
        line: { color: faint, width: 1.2, dash: "dot" },
        name: "median of random pairs",
        showlegend: true,
      },
      {
        ...base,
        y: of("cosine"),
        mode: "lines+markers",
        line: { color: strong, width: 2.2 },
        marker: { size: 6, color: strong },
        name: "these two sounds",
        showlegend: true,
        hoverinfo: "all",
        customdata: of("percentile"),
        hovertemplate: "step %{x:,}: %{y:.2f}, above %{customdata:.0f} % of random pairs<extra></extra>",
      },
    ];
    const layout = {
      height: 260,
      margin: { l: 8, r: 10, t: 6, b: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily(), color: colour("text"), size: 11 },
      xaxis: axis({ title: { ...axis().title, text: "step" }, rangemode: "tozero", nticks: 6 }),
      yaxis: axis({ title: { ...axis().title, text: "cosine similarity" }, nticks: 6 }),
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 10.5 } },
    };
    await Plotly.react(this.plot, traces, layout, { displayModeBar: false, responsive: false });
    this.drawn = true;
  }
}

/**
 * The component: its value is what `Similarity.show` takes.
 * @param {HTMLElement} root
 * @param {PartWith<{empty: string}, SimilarityValue>} part
 */
export function mount(root, { props, watch }) {
  const view = new Similarity(root, props.empty);
  const update = () => view.show(props.value);
  watch("value", update);
  update();
}
