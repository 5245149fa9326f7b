// The classes of the map as a row of chips: point at one to see it stand out, press it to keep only it.

import { make } from "../core/elements.js";

const HOVER_MS = 90;

/** @typedef {import("../core/types.d.ts").Look & {name: string, count: number}} Entry of one class */

export class Legend {
  /** `onShow(predicate)` is called with which class indices stand out. */
  constructor(onShow) {
    this.onShow = onShow;
    this.kept = new Set();
    this.box = make("div.legend", { role: "group", "aria-label": "Classes" });
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /** entries: [{name, colour, marker, count}]. The same names again keep what was pressed. */
  show(entries) {
    const names = entries.map(({ name }) => name).join("\n");
    if (names !== this.names) this.kept.clear();
    const focused = [...this.box.children].indexOf(document.activeElement);
    this.names = names;
    this.box.replaceChildren(...entries.map((entry, index) => this.chip(entry, index)));
    if (focused >= 0) this.box.children[focused]?.focus();
  }

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
        onfocus: (e) => e.currentTarget.matches(":focus-visible") && this.point(index),
        onblur: () => this.point(null),
      },
      make(`span.swatch.${marker}`, { style: { background: colour } }),
      make("span.legend-name", {}, name),
      make("span.legend-count", {}, `${count}`),
    );
  }

  toggle(index) {
    if (!this.kept.delete(index)) this.kept.add(index);
    [...this.box.children].forEach((chip, i) => chip.setAttribute("aria-pressed", String(this.kept.has(i))));
    this.onShow(this.shown());
  }

  point(index) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const kept = this.shown();
      this.onShow(index === null ? kept : (i) => i === index || (this.kept.size > 0 && kept(i)));
    }, HOVER_MS);
  }

  shown() {
    return this.kept.size ? (i) => this.kept.has(i) : () => true;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const chip = event.target.closest(".legend-chip");
    if (!step || !chip) return;
    const next = step > 0 ? chip.nextElementSibling : chip.previousElementSibling;
    if (!next) return;
    chip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}
