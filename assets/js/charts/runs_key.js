// Which run, or runs of several seeds drawn as one, has which colour where several are drawn over each other, a button that takes
// it away, and which is better.

import { icon, make } from "../core/elements.js";
import { view } from "../core/view.js";
import { compared } from "../runs/compared.js";
import { known } from "../runs/known.js";
import { tintOf } from "./over.js";
import { asOne, groupsOf } from "./repeats.js";

/** @typedef {{names: string[], line: string}} Entry a run, or those drawn as one, and what it is called */

export class RunsKey {
  constructor() {
    this.box = make("ul.charts-runs", { "aria-label": "Runs that are drawn over each other", hidden: true });
    this.words = make("p.charts-compared", { role: "status", hidden: true });
    this.said = "[]";
    /** @type {boolean | null} whether seeds are to be drawn as one; null as long as nobody said so */
    this.wanted = null;
    /** @type {number[][]} places of the runs that are drawn as one, each alone where none are */
    this.groups = [];
    /** @type {Entry[]} of each of these */
    this.entries = [];
    this.together = make("input", { type: "checkbox" });
    const told =
      "Runs that differ in their seed alone as one curve: their mean, over an area from the lowest to the highest, up to where the first of them ends.";
    this.choice = make(
      "label.check",
      { title: told, hidden: true },
      this.together,
      "Seeds as one: mean, lowest to highest, as far as all go",
    );
  }

  /**
   * The buttons stay the same as long as they say the same, so that a press of one is not lost.
   * @param {string[]} names of the run that is looked at, and of those over it
   */
  show(names) {
    const repeated = groupsOf(names.map((name) => known.of(name)));
    const { able, usual, must } = asOne(repeated);
    const one = must || (able && (this.wanted ?? usual));
    this.choice.hidden = !able;
    this.together.checked = one;
    this.together.disabled = must;
    this.groups = one ? repeated : names.map((_, place) => [place]);
    this.entries = known.together(this.groups.map((group) => group.map((place) => names[place])));
    const entries = names.length < 2 ? [] : this.entries;
    this.words.textContent = compared(
      entries.map(({ names: own, line }) => ({ name: line, runs: own.flatMap((name) => known.of(name) ?? []) })),
    );
    this.words.hidden = !this.words.textContent;
    const said = JSON.stringify(entries);
    if (said === this.said) return;
    this.said = said;
    this.box.hidden = !entries.length;
    this.box.replaceChildren(...entries.map((entry, place) => this.entry(entry, place)));
  }

  /**
   * What a run is called here, alone or with those that it is drawn with.
   * @param {string} name
   */
  nameOf(name) {
    return this.entries.find(({ names }) => names.includes(name))?.line ?? name;
  }

  /**
   * @param {Entry} entry
   * @param {number} place
   */
  entry({ names, line }, place) {
    return make(
      "li",
      { title: names.join("\n") },
      make("span.charts-tint", { style: { background: `var(--h-${tintOf(place)})` } }),
      make("span.charts-run", {}, line),
      make(
        "button.plain.bare",
        {
          type: "button",
          "aria-label": `Take away ${line}`,
          onclick: () => view.set({ runs: view.state.runs.filter((name) => !names.includes(name)) }),
        },
        icon("close"),
      ),
    );
  }
}
