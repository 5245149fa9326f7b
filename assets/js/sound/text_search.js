// Finding a clip of a data set by a text in its labels or its file's name.

import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { source } from "../core/source.js";
import { ClipsView } from "./clips.js";

const REST_MS = 200; // after the last letter, until it is asked for

/** @import { PickerSet } from "../core/types.d.ts" */

export class TextSearch {
  /** @param {(clip: number) => void} onChoose */
  constructor(onChoose) {
    /** @type {PickerSet | null} */
    this.set = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined;
    this.field = make("input", {
      type: "text",
      placeholder: "Choose a clip: its label or file name",
      "aria-label": "Choose a clip: its label or file name",
      autocomplete: "off",
      maxlength: "100",
      oninput: () => this.soon(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    this.told = make("p.notice-line", { role: "status" });
    const list = make("div.text-matches");
    this.matches = new ClipsView(list, {
      empty: "",
      action: "Choose this clip",
      sign: "forward",
      enterActs: true,
      onAction: (_, { clip }) => clip !== undefined && onChoose(clip),
    });
    this.list = list;
    this.onChoose = onChoose;
    list.addEventListener("keydown", (event) => {
      const first = event.key === "ArrowUp" && document.activeElement === this.matches.buttons[0];
      if (!first && event.key !== "Escape") return;
      event.preventDefault();
      this.field.focus();
    });
    list.hidden = true;
    this.box = make("div.text-search", {}, this.field, this.told, list);
  }

  /** Enter takes the first that was found, the arrow key goes through all, Escape empties the field. @param {KeyboardEvent} event */
  async key(event) {
    if (event.key === "Escape" && this.field.value) this.field.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    clearTimeout(this.later);
    await this.look();
    const { clip } = this.field.value.trim() ? (this.matches.rows[0] ?? {}) : {};
    if (event.key === "ArrowDown") this.matches.buttons[0]?.focus();
    if (event.key === "Enter" && clip !== undefined) this.onChoose(clip);
  }

  soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.look(), REST_MS);
  }

  async look() {
    const { set } = this;
    const text = this.field.value.trim();
    this.list.hidden = !text;
    if (!text || !set) {
      this.told.textContent = "";
      return;
    }
    const found = await source.clipsWith(set.fingerprint, text).catch((error) => error);
    if (text !== this.field.value.trim() || set !== this.set) return; // something else was written meanwhile
    if (found instanceof Error) this.told.textContent = found.message;
    else {
      this.told.textContent = found.total
        ? `${counted(found.total, "clip")}. Arrow keys go through them, space plays, Enter chooses.`
        : "No clip has this text.";
      const { fingerprint } = set;
      this.matches.show(
        found.clips.map((/** @type {{clip: number}} */ row) => ({ ...row, sound: { fingerprint, index: row.clip } })),
      );
    }
  }
}
