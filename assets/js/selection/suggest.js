// Clips like those that carry a tag: the most likely, and those of which least is known.

import { make } from "../core/elements.js";
import { source } from "../core/source.js";
import { ClipsView } from "../sound/clips.js";
import { examples } from "./tagging.js";

const LIKELY = "Most likely; + gives them the tag";
const UNCERTAIN = "Least certain: this tag or another one on these teaches most";

/** @import { ClipRow, Neighbour } from "../core/types.d.ts" */
/** @import { MapClips } from "../map/clips.js" */
/** @import { RunTags } from "./tags.js" */

export class SuggestBox {
  constructor() {
    this.choice = make("select", { "aria-label": "Suggest clips for the tag", onchange: () => this.ask() });
    const list = (/** @type {string} */ empty) =>
      new ClipsView(make("div"), {
        empty,
        action: "Give it the tag",
        sign: "add",
        onAction: (_, row) => this.take(row),
      });
    this.likely = list("No clip is left to suggest.");
    this.uncertain = list("No clip is left to hear.");
    this.said = make("p.tag-said", { role: "status" });
    this.box = make(
      "details.selection-fold",
      {
        ontoggle: () => {
          this.about = ""; // by the newest snapshot
          this.ask();
        },
      },
      make("summary", {}, "Suggest more like these"),
      make("label.pick", {}, "for the tag", this.choice),
      make("h4", {}, LIKELY),
      this.likely.list,
      make("h4", {}, UNCERTAIN),
      this.uncertain.list,
      this.said,
    );
    /** @type {RunTags | null} */
    this.tags = null;
    /** @type {MapClips | null} */
    this.known = null;
    this.asked = 0;
    this.about = ""; // what was asked about last
  }

  /**
   * @param {RunTags} tags
   * @param {MapClips} known
   */
  show(tags, known) {
    this.tags = tags;
    this.known = known;
    const { names } = tags;
    this.box.hidden = !names.length;
    const before = this.choice.value;
    this.choice.replaceChildren(...names.map((tag) => make("option", { value: tag }, tag)));
    if (names.includes(before)) this.choice.value = before;
    this.ask();
  }

  async ask() {
    const { tags, known } = this;
    const tag = this.choice.value;
    if (!this.box.open || !tags || !known || !tag) return;
    const { yes, no } = examples(tags.value.tags, tag);
    const about = JSON.stringify([tags.run, tag, yes, no]);
    if (about === this.about) return; // something else was selected, which changes nothing here
    this.about = about;
    const mine = ++this.asked;
    const found = await source.suggest(tags.run, yes, no).catch((/** @type {Error} */ error) => error);
    if (mine !== this.asked || known !== this.known) return;
    this.said.textContent = found instanceof Error ? found.message : "";
    if (found instanceof Error) {
      this.about = "";
      return;
    }
    this.likely.show(found.likely.map((each) => rowOf(known, each)));
    this.uncertain.show(found.uncertain.map((each) => rowOf(known, each)));
  }

  /** @param {ClipRow} row */
  async take({ clip }) {
    if (clip === undefined) return;
    const error = await this.tags?.change(this.choice.value, [clip]).catch((/** @type {Error} */ caught) => caught);
    this.said.textContent = error?.message ?? "";
  }
}

/**
 * @param {MapClips} known
 * @param {Neighbour} found
 * @returns {ClipRow}
 */
function rowOf(known, { point, clip, score }) {
  const note = `${Math.round(100 * score)} % · ${known.brief(point)}`;
  return { point, clip, sound: known.soundOf(point), label: known.title(point), note };
}
