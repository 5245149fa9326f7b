// Taking clips away: tables and sounds from the source, pictures made here.

import { make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { save } from "../core/save.js";
import { source } from "../core/source.js";
import { colour } from "../core/theme.js";
import { view } from "../core/view.js";
import { coloursOf } from "../map/colours.js";
import { number } from "../map/columns.js";
import { partOf } from "../map/layout_words.js";
import { selected } from "../map/selection.js";
import { pngOf, svgOf } from "./picture.js";

const KINDS = {
  csv: ["CSV", "CSV: a row for each clip with its tags and all columns"],
  parquet: ["Parquet", "With vectors, neighbours and places; opens in Embedding Atlas, pandas and DuckDB"],
  zip: ["Sounds (zip)", "A zip with a folder for each tag"],
  tracks: [
    "Label tracks (zip)",
    "When each tag is heard, for each recording: a label track (Audacity) and a selection table (Raven)",
  ],
  svg: ["SVG", "The map as it is coloured, as a drawing"],
  png: ["PNG", "The map as it is coloured, as a picture"],
};
/** Whether the browser makes it; the others need a server. @param {string} kind @returns {kind is "svg" | "png"} */
const isDrawn = (kind) => kind === "svg" || kind === "png";
const HEARD =
  "Sounds come as the model hears them, mono and at 16 kHz. Label tracks open in Audacity and Raven. Of all clips, both hold those with a tag.";
const COPY = "python -m explorer tags copy SOUNDS --to DIR";
const ATLAS = "embedding-atlas FILE.parquet --x x --y y --text text --neighbors neighbors";

/** @import { MapClips } from "../map/clips.js" */
/** @import { RunTags } from "./tags.js" */
/** @typedef {keyof typeof KINDS} Kind */

export class TakeAwayBox {
  constructor() {
    const of = (/** @type {string} */ value, /** @type {string} */ words) =>
      make("label.take-of", {}, make("input", { type: "radio", name: "take-of", value }), words);
    this.some = of("selection", "the selection");
    const all = of("all", "all clips of the map");
    this.all = /** @type {HTMLInputElement} */ (all.querySelector("input"));
    this.all.checked = true;
    this.said = make("p.tag-said", { role: "status" });
    const kinds = Object.entries(KINDS).filter(([kind]) => source.server || isDrawn(kind));
    const buttons = kinds.map(([kind, [words, title]]) => {
      const take = () => this.take(/** @type {Kind} */ (kind), button);
      const button = make("button.plain", { type: "button", title, onclick: take }, words);
      return button;
    });
    this.others = make(
      "p.selection-keys",
      { hidden: true },
      "Label tracks of all clips hold those that the map does not hold, too; tables and sounds hold the map’s alone. Files of all: ",
      make("code", {}, COPY),
    );
    this.box = make(
      "details.selection-fold",
      {},
      make("summary", {}, "Take away"),
      make("div.take-row", { role: "radiogroup", "aria-label": "What is taken away" }, this.some, all),
      make("div.take-row", {}, ...buttons),
      source.server
        ? make("p.selection-keys", {}, `${HEARD} The Parquet file opens with `, make("code", {}, ATLAS))
        : null,
      this.others,
      this.said,
    );
    /** @type {RunTags | null} */
    this.tags = null;
    /** @type {MapClips | null} */
    this.known = null;
    this.none = true;
  }

  /**
   * @param {RunTags} tags
   * @param {MapClips} known
   * @param {number[]} points that are selected
   */
  show(tags, known, points) {
    this.tags = tags;
    this.known = known;
    this.others.hidden = !source.server || !partOf(known.points);
    const input = /** @type {HTMLInputElement} */ (this.some.querySelector("input"));
    input.disabled = !points.length;
    if (!points.length) this.all.checked = true;
    else if (this.none) input.checked = true; // what was selected just now is what is meant
    this.none = !points.length;
  }

  /**
   * @param {Kind} kind
   * @param {HTMLButtonElement} button
   */
  async take(kind, button) {
    const { tags, known } = this;
    if (!tags || !known) return;
    button.disabled = true;
    this.said.textContent = "";
    try {
      const clips = this.all.checked ? null : selected().filter((clip) => known.pointOf(clip) !== null);
      const step = view.state.step ?? feedOf(tags.run).layouts?.steps.at(-1) ?? null;
      const made = isDrawn(kind)
        ? await this.picture(kind, tags.run, known, clips, step)
        : await source.takeAway(tags.run, kind, { clips, tags: tags.value.tags, step });
      const part = clips ? `${clips.length}-clips` : "all";
      save(made, `${tags.run.replace(/[^\w.-]+/g, "-")}-${part}.${kind === "tracks" ? "tracks.zip" : kind}`);
    } catch (error) {
      this.said.textContent = /** @type {Error} */ (error).message;
    } finally {
      button.disabled = false;
    }
  }

  /**
   * @param {"svg" | "png"} kind
   * @param {string} run
   * @param {MapClips} known
   * @param {number[] | null} clips
   * @param {number | null} step
   */
  async picture(kind, run, known, clips, step) {
    if (step === null) throw new Error("This run has no map yet.");
    const column = known.find(view.state.colour);
    const version = feedOf(run).layouts?.version;
    const [places, shown] = await Promise.all([
      source.layout(run, step),
      column && known.columns.at(column, step, version),
    ]);
    const svg = svgOf({
      places,
      ...coloursOf(shown, known.points.n),
      title: `${run}, step ${step.toLocaleString("en")}`,
      heading: shown?.title ?? "clips",
      colours: { page: colour("panel"), text: colour("text"), faint: colour("faint-text") },
      selected: clips && new Set(clips.map((clip) => known.pointOf(clip) ?? -1)),
      written: (value) => (shown ? number(value, shown) : `${value}`),
    });
    return kind === "png" ? pngOf(svg) : new Blob([svg], { type: "image/svg+xml" });
  }
}
