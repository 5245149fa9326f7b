// How alike two sounds are to the model beside random pairs of clips, snapshot by snapshot. The share of pairs is drawn and
// not the cosine: that falls for all pairs while training moves clips apart, which reads as if the model got worse.

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
    this.title = make("p.chart-title", {}, "Of random pairs of clips, so many are less alike to the model");
    this.trouble = make("p.chart-warning", { role: "alert", hidden: true });
    this.plot = make("div.similarity-plot");
    this.note = make(
      "p.map-note",
      {},
      "Near 100 % the model takes the two for the same, at 50 % for any two clips, near 0 % for opposites. " +
        "Step 0 is before training. Point at the curve for the cosine, which means little by itself: " +
        "it usually falls for all pairs while training moves clips apart.",
    );
    root.append(this.verdict, this.title, this.trouble, this.plot, this.note);
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
    this.title.hidden = this.plot.hidden = this.note.hidden = !this.rows.length;
    this.draw();
  }

  /** Draws the curve, or says why there is none; what the verdict says holds all the same. */
  async draw() {
    try {
      if (this.rows.length) await this.drawWith(await plotly());
      this.trouble.hidden = true;
    } catch (error) {
      this.trouble.textContent = /** @type {Error} */ (error).message;
      this.trouble.hidden = !this.rows.length;
    }
  }

  /** @param {any} Plotly */
  async drawWith(Plotly) {
    const x = this.rows.map((row) => row.step);
    /** @param {keyof Row} key */
    const of = (key) => this.rows.map((row) => row[key]);
    const [strong, faint] = [colour("accent"), colour("faint-text")];
    const traces = [
      {
        x,
        y: x.map(() => 50),
        type: "scatter",
        mode: "lines",
        hoverinfo: "skip",
        line: { color: faint, width: 1.2, dash: "dot" },
        name: "any two clips",
      },
      {
        x,
        y: of("percentile"),
        type: "scatter",
        mode: "lines+markers",
        line: { color: strong, width: 2.2 },
        marker: { size: 6, color: strong },
        name: "these two sounds",
        customdata: of("cosine"),
        hovertemplate: "step %{x:,}: above %{y:.0f} % of random pairs, cosine %{customdata:.2f}<extra></extra>",
      },
    ];
    const layout = {
      height: 260,
      margin: { l: 8, r: 10, t: 6, b: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily(), color: colour("text"), size: 11 },
      xaxis: axis({ title: { ...axis().title, text: "step" }, rangemode: "tozero", nticks: 6 }),
      yaxis: axis({ title: { ...axis().title, text: "% of random pairs" }, range: [-3, 104], nticks: 6 }),
      showlegend: true,
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
