// The field that filters the map by words, how many clips all filters leave, and the buttons that select these and end them.

import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { view } from "../core/view.js";

const CLEAR = { query: "", filter: [], between: null };

export class Search {
  /** @param {() => void} onSelect called when the clips that are left are to be selected */
  constructor(onSelect) {
    this.field = make("input", {
      type: "search",
      maxlength: "200",
      placeholder: "Filter by label or file",
      "aria-label": "Filter the clips of the map by label or file",
    });
    this.field.addEventListener("input", () => view.set({ query: this.field.value }));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      view.set({ query: "" });
      event.preventDefault();
    });
    this.count = make("span");
    this.clear = make("button.plain", { type: "button", onclick: () => view.set(CLEAR) }, "Clear");
    this.select = make("button.plain", { type: "button", onclick: onSelect }, "Select them");
    this.left = make("span.map-left", { role: "status", hidden: true }, this.count, this.select, this.clear);
    this.box = make("div.map-search", {}, this.field, this.left);
    view.on(["query"], () => this.take());
    this.take();
  }

  take() {
    if (this.field.value !== view.state.query) this.field.value = view.state.query;
  }

  /**
   * @param {number} kept
   * @param {number} all
   */
  tell(kept, all) {
    const { query, filter, between } = view.state;
    this.left.hidden = !query.trim() && !filter.length && !between;
    this.select.hidden = !kept;
    this.count.textContent = `${kept.toLocaleString("en")} of ${counted(all, "clip")}`;
  }
}
