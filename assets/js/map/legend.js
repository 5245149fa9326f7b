// The classes of the map as a row of chips: point at one to see it stand out, press it to keep only it. Of many classes one
// finds those that hold a word, and the class of the chosen clip is lit.

import { make, targetOf } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { view } from "../core/view.js";

const HOVER_MS = 90;
const MANY = 12; // classes, from which on they can be searched and sorted
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** @import { Look } from "../core/types.d.ts" */
/** @typedef {Look & {name: string, count: number, rest?: boolean}} Entry of one class */
/** @typedef {(index: number) => boolean} Shown which classes stand out */

export class Legend {
  /**
   * @param {(shown: Shown) => void} onShow called with which classes stand out
   * @param {() => number[]} countInView how many points of each class are in view, asked for when that gives the order
   */
  constructor(onShow, countInView) {
    this.onShow = onShow;
    this.countInView = countInView;
    /** @type {Entry[]} */
    this.entries = [];
    this.told = ""; // what the chips say
    /** @type {HTMLElement[]} */
    this.chips = []; // by index
    /** @type {Set<number>} */
    this.kept = new Set(); // indices
    /** @type {number | null} */
    this.lit = null; // index of the chosen clip's class
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    view.on(["filter"], () => this.keep());
    this.field = make("input", { type: "search", placeholder: "Find a class", "aria-label": "Find a class" });
    this.field.addEventListener("input", () => this.arrange());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.field.value = "";
      this.arrange();
    });
    this.order = make("select", { "aria-label": "Order of the classes", onchange: () => this.arrange() });
    const orders = { size: "largest first", view: "most in view first", name: "in their own order" };
    this.order.append(...Object.entries(orders).map(([value, words]) => make("option", { value }, words)));
    this.head = make("div.legend-head", { hidden: true }, this.field, this.order);
    this.row = make("div.legend", { role: "group", "aria-label": "Classes" });
    this.row.addEventListener("keydown", (event) => this.key(event));
    this.box = make("div.legend-box", {}, this.head, this.row);
  }

  /**
   * Pressed are those that the page keeps.
   * @param {Entry[]} entries
   */
  show(entries) {
    const told = JSON.stringify(
      entries.map(({ name, colour, marker, count, rest }) => [name, colour, marker, count, rest]),
    );
    if (told === this.told) return; // the chips stay, as one of them may just be pressed
    this.told = told;
    const focused = this.chips.findIndex((chip) => chip === document.activeElement);
    if (this.entries.length !== entries.length) this.field.value = "";
    this.entries = entries;
    this.kept = this.filtered();
    this.chips = entries.map((entry, index) => this.chip(entry, index));
    this.head.hidden = entries.length <= MANY;
    this.arrange();
    this.light(this.lit);
    if (focused >= 0) this.chips[focused]?.focus();
  }

  /** Puts the chips in their order, without those that do not hold the word that is looked for. */
  arrange() {
    const counts = this.byView ? this.countInView() : this.entries.map(({ count }) => count);
    const indices = [...this.chips.keys()];
    if (this.order.value !== "name" && !this.head.hidden) indices.sort((a, b) => counts[b] - counts[a]);
    indices.sort((a, b) => Number(this.entries[a].rest ?? false) - Number(this.entries[b].rest ?? false));
    const word = this.head.hidden ? "" : this.field.value.trim().toLowerCase();
    for (const index of indices) {
      const chip = this.chips[index];
      chip.hidden = !this.entries[index].name.toLowerCase().includes(word);
      chip.lastElementChild?.replaceChildren(`${counts[index]}`);
    }
    if (indices.some((index, i) => this.row.children[i] !== this.chips[index]) || !indices.length)
      this.row.replaceChildren(...indices.map((index) => this.chips[index]));
    const first = indices.find((index) => !this.chips[index].hidden);
    for (const index of indices) this.chips[index].tabIndex = index === first ? 0 : -1;
  }

  get byView() {
    return !this.head.hidden && this.order.value === "view";
  }

  /** Another part of the map is in view. */
  moved() {
    if (this.byView) this.arrange();
  }

  /**
   * Lights the class of the chosen clip.
   * @param {number | null} index
   */
  light(index) {
    this.lit = index;
    for (const [i, chip] of this.chips.entries()) {
      if (i === index) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
    const chip = index === null ? null : this.chips[index];
    if (!chip || chip.hidden) return;
    const { scrollTop, clientHeight, scrollLeft, clientWidth } = this.row; // moved itself: the page is to stay where it is
    const [top, left] = [chip.offsetTop - this.row.offsetTop, chip.offsetLeft - this.row.offsetLeft];
    if (top < scrollTop || top + chip.offsetHeight > scrollTop + clientHeight) this.row.scrollTop = top;
    if (left < scrollLeft || left + chip.offsetWidth > scrollLeft + clientWidth) this.row.scrollLeft = left;
  }

  /**
   * @param {Entry} entry
   * @param {number} index
   */
  chip({ name, colour, marker, count }, index) {
    return make(
      "button.legend-chip",
      {
        type: "button",
        "aria-pressed": String(this.kept.has(index)),
        title: `${name}: ${counted(count, "clip")}. Press to keep only this class.`,
        onclick: () => this.toggle(index),
        onpointerenter: () => this.point(index),
        onpointerleave: () => this.point(null),
        onfocus: (event) => {
          if (targetOf(event).matches(":focus-visible")) this.point(index);
        },
        onblur: () => this.point(null),
      },
      make(`span.swatch.${marker}`, { style: { background: colour } }),
      make("span.legend-name", {}, name),
      make("span.legend-count", {}, `${count}`),
    );
  }

  filtered() {
    const { filter } = view.state;
    return new Set(this.entries.flatMap(({ name }, i) => (filter.includes(name) ? [i] : [])));
  }

  /** @param {number} index */
  toggle(index) {
    const kept = new Set(this.kept);
    if (!kept.delete(index)) kept.add(index);
    view.set({ filter: [...new Set([...kept].map((i) => this.entries[i].name))] });
  }

  keep() {
    this.kept = this.filtered();
    for (const [i, chip] of this.chips.entries()) chip.setAttribute("aria-pressed", String(this.kept.has(i)));
    this.onShow(this.shown());
  }

  /** @param {number | null} index */
  point(index) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const kept = this.shown();
      this.onShow(index === null ? kept : (i) => i === index || (this.kept.size > 0 && kept(i)));
    }, HOVER_MS);
  }

  /** @returns {Shown} */
  shown() {
    return this.kept.size ? (i) => this.kept.has(i) : () => true;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[event.key];
    const chip = targetOf(event).closest(".legend-chip");
    if (!step || !(chip instanceof HTMLElement)) return;
    const others = /** @type {HTMLElement[]} */ ([...this.row.children]).filter((other) => !other.hidden);
    const next = others[others.indexOf(chip) + step];
    if (!next) return;
    chip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}
