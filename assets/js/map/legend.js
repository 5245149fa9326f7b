// The classes of the map as a row of chips: point at one to see it stand out, press it to keep only it.

import { make, targetOf } from "../core/elements.js";
import { view } from "../core/view.js";

const HOVER_MS = 90;
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** @import { Look } from "../core/types.d.ts" */
/** @typedef {Look & {name: string, count: number}} Entry of one class */
/** @typedef {(index: number) => boolean} Shown which classes stand out */

export class Legend {
  /** @param {(shown: Shown) => void} onShow called with which classes stand out */
  constructor(onShow) {
    this.onShow = onShow;
    /** @type {string[]} */
    this.names = [];
    /** @type {Set<number>} */
    this.kept = new Set(); // indices
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    view.on(["filter"], () => this.keep());
    this.box = make("div.legend", { role: "group", "aria-label": "Classes" });
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * Pressed are those that the page keeps.
   * @param {Entry[]} entries
   */
  show(entries) {
    const focused = [...this.box.children].findIndex((chip) => chip === document.activeElement);
    this.names = entries.map(({ name }) => name);
    this.kept = this.filtered();
    const chips = entries.map((entry, index) => this.chip(entry, index));
    this.box.replaceChildren(...chips);
    if (focused >= 0) chips[focused]?.focus();
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
        title: `${name}: ${count} clips. Press to keep only this class.`,
        tabindex: index ? "-1" : "0",
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
    return new Set(this.names.flatMap((name, i) => (filter.includes(name) ? [i] : [])));
  }

  /** @param {number} index */
  toggle(index) {
    const kept = new Set(this.kept);
    if (!kept.delete(index)) kept.add(index);
    view.set({ filter: [...new Set([...kept].map((i) => this.names[i]))] });
  }

  keep() {
    this.kept = this.filtered();
    for (const [i, chip] of [...this.box.children].entries())
      chip.setAttribute("aria-pressed", String(this.kept.has(i)));
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
    const next = step > 0 ? chip.nextElementSibling : chip.previousElementSibling;
    if (!(next instanceof HTMLElement)) return;
    chip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}
