// Tagging the selected clips: a field with the known tags, and the tags there are, of which the first nine have a key.

import { icon, make, refocusing } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { view } from "../core/view.js";
import { selected } from "../map/selection.js";
import { MergeQuestion } from "./merge_question.js";
import { changeWords, mergeQuestion } from "./tagging.js";

const KEYS = 9;

/** @import { RunTags } from "./tags.js" */

/** The selected clip that is chosen on the page, alone in a list; an empty one where none is. */
const chosenOne = () => selected().filter((clip) => clip === view.state.clip);

export class TagBox {
  constructor() {
    const offered = make("datalist", { id: "known-tags" });
    this.offered = offered;
    this.field = make("input", {
      type: "text",
      maxlength: 60,
      list: "known-tags",
      autocomplete: "off",
      placeholder: "tag…",
      "aria-label": "Tag the selected clips",
      onkeydown: (event) => this.key(event),
    });
    this.give = make("button.plain", {}, "Tag");
    const title = "Shift and Enter";
    this.giveOne = make("button.plain", { type: "button", title, onclick: () => this.typed(true) }, "Only the chosen");
    this.back = make("button.plain", { type: "button", title: "Key u", onclick: () => this.undo() }, "Undo");
    this.form = make("form.tag-form", {}, this.field, offered, this.give, this.giveOne, this.back);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.typed(false);
    });
    this.chips = make("ul.tag-chips", { "aria-label": "Tags" });
    this.said = make("p.tag-said", { role: "status" });
    this.question = new MergeQuestion(
      () => this.leave(),
      () => this.typed(false, true),
    );
    this.box = make("div.tag-box", { tabindex: "-1" }, this.form, this.question.box, this.chips, this.said);
    this.about = ""; // the selection that was shown last
    this.renamed = ""; // the tag whose new name is typed in the field
    view.on(["clip"], () => this.offer());
    /** @type {RunTags | null} */
    this.tags = null;
  }

  /** @param {RunTags} tags */
  show(tags) {
    this.tags = tags;
    const { value } = tags;
    const all = [...new Set([...tags.names, ...value.known])];
    this.offered.replaceChildren(...all.map((tag) => make("option", { value: tag })));
    const mine = selected();
    const others = String(mine) !== this.about;
    if (others || tags.value !== this.saidOf) {
      this.say(""); // what was said is of these, and of the change before
      this.question.leave(); // whose numbers were, too
    }
    this.about = String(mine);
    if (others || !tags.names.includes(this.renamed)) this.renamed = "";
    const typing = mine.length > 0 || this.renamed !== "";
    this.form.hidden = (!typing && !tags.undoing.length) || this.question.isAsked;
    this.field.hidden = this.give.hidden = !typing;
    this.offer();
    this.back.hidden = !tags.undoing.length;
    const chosen = new Set(mine);
    const focused = refocusing(this.chips, "data-tag", this.back); // undo, where no clip carries it any more
    this.chips.replaceChildren(...tags.names.map((tag, i) => this.chip(tag, i, chosen)));
    focused();
  }

  /** Says whom a typed tag is for: all that are selected, or the one of them that is chosen on the page. */
  offer() {
    const { length } = selected();
    this.give.textContent = length > 1 ? `Tag all ${length.toLocaleString("en")}` : "Tag";
    this.giveOne.hidden = length < 2 || !chosenOne().length;
    if (!this.renamed) return;
    this.give.textContent = "Rename";
    this.giveOne.hidden = true;
  }

  /**
   * Gives the typed tag, and leaves the field, so that the keys of the selection are keys again.
   * @param {boolean} one
   * @param {boolean} merged whether two tags were said to be one
   */
  async typed(one, merged = false) {
    const name = this.field.value;
    const clips = one ? chosenOne() : selected();
    const done = await (this.renamed ? this.rename(name, merged) : this.tag(name, false, clips));
    if (!done) return;
    this.field.value = "";
    if (merged || this.box.contains(document.activeElement)) this.box.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event in the field */
  key(event) {
    if (event.key === "Escape") this.leave();
    if (event.key !== "Enter" || !event.shiftKey || this.giveOne.hidden) return;
    event.preventDefault();
    this.typed(true);
  }

  /** Lets a tag be given another name in the field. @param {string} tag */
  ask(tag) {
    this.renamed = tag;
    this.question.leave();
    if (this.tags) this.show(this.tags);
    this.field.value = tag;
    this.field.select();
    this.say(`Type another name for ${tag} and press Enter; Escape leaves it as it is.`);
  }

  /** Leaves the field, and the name of a tag that was to be changed as it is; what opened the field has the focus again. */
  leave() {
    const tag = this.renamed;
    this.field.blur();
    if (!tag) return;
    this.renamed = this.field.value = "";
    this.question.leave();
    if (this.tags) this.show(this.tags);
    this.say("");
    /** @type {HTMLElement | null | undefined} */ (this.itemOf(tag)?.querySelector(".tag-rename"))?.focus();
  }

  /**
   * Whether the tag has its new name, which is asked first where that would make two tags one.
   * @param {string} name
   */
  async rename(name, merged = false) {
    if (!this.tags) return false;
    const tag = this.renamed;
    const question = merged ? "" : mergeQuestion(this.tags.value, tag, name);
    if (question) {
      this.say("");
      this.question.ask(question);
      this.form.hidden = true;
      return false;
    }
    const done = await this.trying(this.tags.rename(tag, name));
    if (done) this.say(`${tag} is called ${name.trim()} now; Undo takes it back.`);
    return done;
  }

  /** @param {string} tag */
  itemOf(tag) {
    return [...this.chips.children].find((chip) => /** @type {HTMLElement} */ (chip).dataset.tag === tag);
  }

  /**
   * @param {string} tag
   * @param {number} i
   * @param {Set<number>} chosen
   */
  chip(tag, i, chosen) {
    const clips = this.tags?.value.tags[tag] ?? [];
    const inside = clips.filter((clip) => chosen.has(clip)).length;
    const all = chosen.size > 0 && inside === chosen.size;
    const words = chosen.size
      ? `${all ? "Take the tag off" : "Tag"} the ${chosen.size} selected: ${tag}`
      : `Select the ${counted(clips.length, "clip")} tagged ${tag}`;
    const press = () => (chosen.size ? this.tag(tag, all) : this.select(tag));
    const count = chosen.size ? `${inside} of ${clips.length}` : `${clips.length}`;
    const first = make(
      "button.tag-chip",
      {
        type: "button",
        title: words,
        "aria-label": words,
        "aria-pressed": chosen.size ? String(all) : null,
        onclick: press,
      },
      i < KEYS && chosen.size ? make("kbd", {}, `${i + 1}`) : null,
      make("span.tag-name", {}, tag),
      make("span.tag-count", {}, count),
    );
    const title = `Select all ${clips.length} with this tag`;
    const gather = { type: "button", title, "aria-label": `${title}: ${tag}`, onclick: () => this.select(tag) };
    const another = `Rename the tag ${tag}`;
    const ask = { type: "button", title: another, "aria-label": another, onclick: () => this.ask(tag) };
    const rest = [
      chosen.size ? make("button.tag-all", gather, "all") : null,
      make("button.tag-rename", ask, icon("edit")),
    ];
    return make("li", { "data-tag": tag }, first, ...rest);
  }

  /** @param {string} tag */
  select(tag) {
    view.set({ selection: [...(this.tags?.value.tags[tag] ?? [])] });
  }

  /**
   * Gives clips a tag, or takes it off them; whether that was kept.
   * @param {string} tag
   */
  async tag(tag, remove = false, clips = selected()) {
    if (!this.tags || !clips.length) return false;
    const kind = remove ? "remove" : "add";
    const done = await this.trying(this.tags.change(tag, clips, kind));
    if (done) this.say(`${changeWords(tag, clips.length, kind)}; Undo takes it back.`);
    return done;
  }

  /**
   * @param {string} words
   * @param {"calm" | "bad"} [tone]
   */
  say(words, tone = "calm") {
    this.saidOf = this.tags?.value;
    this.said.textContent = words;
    this.said.dataset.tone = tone;
  }

  async undo() {
    if (!this.tags?.undoing.length) return;
    const undoing = this.tags.undo();
    if ((await this.trying(undoing)) && (await undoing)) this.say(`Taken back: ${await undoing}.`);
  }

  /** @param {Promise<unknown>} doing */
  async trying(doing) {
    const error = await doing.then(() => null, (/** @type {Error} */ caught) => caught); // biome-ignore format: one line
    this.say(error?.message ?? "", "bad");
    return !error;
  }

  /**
   * The tag that a key stands for: of the selected clip that is chosen on the page, or of all that are selected.
   * @param {string} key
   * @param {boolean} all
   */
  press(key, all) {
    const tag = this.tags?.names[Number(key) - 1];
    if (!tag || !this.tags) return;
    const one = chosenOne();
    const clips = !all && one.length ? one : selected();
    const carry = new Set(this.tags.value.tags[tag]);
    this.tag(tag, clips.every((each) => carry.has(each)), clips); // biome-ignore format: one line
  }
}
