// Clips like those that carry a tag: the most likely, and those of which least is known.

import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { source } from "../core/source.js";
import { ClipsView } from "../sound/clips.js";
import { clipsOf, commonest, examples } from "./tagging.js";

const LIKELY = "Most likely; + gives them the tag, × says that they are not it";
const UNLIKELY = "Most likely, though none reaches 50 %: an answer to these teaches most";
const UNCERTAIN = "Least certain: an answer to these teaches most";
const LOADING = "The suggestions are being loaded …";
/** @type {Record<TagKind, string>} */
const SAID = { add: "is now", not: "is not", remove: "may or may not be" };

/** @import { ClipRow, Neighbour, TagKind } from "../core/types.d.ts" */
/** @import { MapClips } from "../map/clips.js" */
/** @import { RunTags } from "./tags.js" */

export class SuggestBox {
  constructor() {
    this.choice = make("select", {
      "aria-label": "Suggest clips for the tag",
      onchange: () => {
        this.chosen = true;
        this.ask();
      },
    });
    this.chosen = false; // whether the tag is one that was chosen or given here, and not the selection's
    const list = (/** @type {string} */ empty) =>
      new ClipsView(make("div"), {
        empty,
        action: "Give it the tag",
        sign: "add",
        onAction: (_, row) => this.say(row, "add"),
        second: { action: "Not this tag", sign: "close", onAction: (row) => this.say(row, "not") },
      });
    this.likely = list("No clip is left to suggest.");
    this.heading = make("h3", {}, LIKELY);
    this.uncertain = list("");
    this.rest = make("div", { hidden: true }, make("h3", {}, UNCERTAIN), this.uncertain.list); // none is in both lists
    this.denied = new ClipsView(make("div"), {
      action: "Take the no back",
      sign: "minus",
      onAction: (_, row) => this.say(row, "remove"),
    });
    this.count = make("summary");
    this.noes = make("details.suggest-noes", {}, this.count, this.denied.list);
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
      this.heading,
      this.likely.list,
      this.rest,
      this.noes,
      this.said,
    );
    /** @type {RunTags | null} */
    this.tags = null;
    /** @type {MapClips | null} */
    this.known = null;
    this.latest = ""; // the tag that was given last, which is suggested for until another one is chosen
    this.saying = 0; // how many answers were pressed and are not kept yet
    this.asked = 0;
    this.about = ""; // what was asked about last
  }

  /**
   * @param {RunTags} tags
   * @param {MapClips} known
   * @param {number[]} clips that are selected: until a tag is chosen or given, clips like these are suggested
   */
  show(tags, known, clips) {
    this.tags = tags;
    this.known = known;
    const { names } = tags;
    this.box.hidden = !names.length;
    const before = this.choice.value;
    this.choice.replaceChildren(...names.map((tag) => make("option", { value: tag }, tag)));
    if (tags.latest !== this.latest) this.chosen = true;
    const theirs = this.chosen ? "" : commonest(tags.value.tags, names, clips);
    const wanted = tags.latest === this.latest ? theirs || before : tags.latest;
    this.latest = tags.latest;
    if (names.includes(wanted)) this.choice.value = wanted;
    this.ask();
  }

  async ask() {
    const { tags, known } = this;
    const tag = this.choice.value;
    if (!this.box.open || !tags || !known || !tag || this.saying) return;
    const { yes, no } = examples(tags.value, tag);
    const noes = clipsOf(tags.value.noes, tag);
    const about = JSON.stringify([tags.run, tag, yes, no, noes]);
    if (about === this.about) return; // something else was selected, which changes nothing here
    this.about = about;
    this.list(known, noes);
    this.empty(LOADING);
    const mine = ++this.asked;
    const found = await source.suggest(tags.run, yes, no).catch((/** @type {Error} */ error) => error);
    if (mine !== this.asked || known !== this.known) return;
    this.tell(found instanceof Error ? found.message : "", "bad");
    if (found instanceof Error) {
      this.about = "";
      this.empty("");
      return;
    }
    const rows = (/** @type {Neighbour[]} */ each) =>
      each.map(({ point, score }) => ({ ...known.row(point), lead: `${Math.round(100 * score)} %` }));
    const [best] = found.likely;
    this.heading.textContent = best && best.score < 0.5 ? UNLIKELY : LIKELY;
    this.likely.show(rows(found.likely));
    this.uncertain.show(rows(found.uncertain));
    this.rest.hidden = !found.uncertain.length;
  }

  /**
   * Says why nothing is listed; what is stays until others come.
   * @param {string} words
   */
  empty(words) {
    if (!this.likely.all.length) this.likely.show([], words);
  }

  /**
   * Lists the clips that were said not to carry the tag.
   * @param {MapClips} known
   * @param {number[]} clips
   */
  list(known, clips) {
    this.noes.hidden = !clips.length;
    this.count.textContent = `${counted(clips.length, "clip")} ${clips.length === 1 ? "is" : "are"} not it`;
    const points = clips.flatMap((clip) => known.pointOf(clip) ?? []);
    this.denied.show(points.map((point) => known.row(point)));
  }

  /**
   * Gives a clip the tag, or a no for it, or takes that back. Its row goes at once, and is suggested again if that is not kept.
   * @param {ClipRow} row
   * @param {TagKind} kind
   */
  async say({ clip, point, label }, kind) {
    const { tags, known } = this;
    const tag = this.choice.value;
    if (clip === undefined || !tags) return;
    const called = (point !== undefined && known?.whichOf(point)) || label || "The clip";
    for (const list of [this.likely, this.uncertain, this.denied])
      list.show(list.all.filter((row) => row.clip !== clip));
    this.asked++; // what is answered from here on is of before
    this.about = "";
    this.saying++;
    const error = await tags.change(tag, [clip], kind).catch((/** @type {Error} */ caught) => caught);
    this.saying--;
    await this.ask();
    if (error) this.tell(error.message, "bad");
    else this.tell(`${called} ${SAID[kind]} ${tag}; Undo takes it back.`, "calm");
  }

  /**
   * @param {string} words
   * @param {"calm" | "bad"} tone
   */
  tell(words, tone) {
    this.said.textContent = words;
    this.said.dataset.tone = tone;
  }
}
