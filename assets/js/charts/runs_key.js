// Which run has which colour where several are drawn over each other, a button that takes one away, and which is better.

import { icon, make } from "../core/elements.js";
import { view } from "../core/view.js";
import { compared } from "../runs/compared.js";
import { known } from "../runs/known.js";
import { tintOf } from "./over.js";

export class RunsKey {
  constructor() {
    this.box = make("ul.charts-runs", { "aria-label": "Runs that are drawn over each other", hidden: true });
    this.words = make("p.charts-compared", { role: "status", hidden: true });
    this.said = "[]";
    /** @type {Map<string, string>} what each run is called beside the others */
    this.called = new Map();
  }

  /**
   * The buttons stay the same as long as they say the same, so that a press of one is not lost.
   * @param {string[]} names of the run that is looked at, and of those over it
   */
  show(names) {
    this.called = known.beside(names);
    const entries = names.length < 2 ? [] : names.map((name) => ({ name, line: this.called.get(name) ?? name }));
    this.words.textContent = compared(
      entries.map(({ name, line }) => {
        const { score = null, seconds = 0 } = known.of(name) ?? {};
        return { name: line, score, seconds };
      }),
    );
    this.words.hidden = !this.words.textContent;
    const said = JSON.stringify(entries);
    if (said === this.said) return;
    this.said = said;
    this.box.hidden = !entries.length;
    this.box.replaceChildren(...entries.map(({ name, line }, run) => this.entry(name, line, run)));
  }

  /**
   * @param {string} name
   * @param {string} line
   * @param {number} run
   */
  entry(name, line, run) {
    return make(
      "li",
      { title: name },
      make("span.charts-tint", { style: { background: `var(--h-${tintOf(run)})` } }),
      make("span.charts-run", {}, line),
      make(
        "button.plain.bare",
        {
          type: "button",
          "aria-label": `Take away ${line}`,
          onclick: () => view.set({ runs: view.state.runs.filter((other) => other !== name) }),
        },
        icon("close"),
      ),
    );
  }
}
