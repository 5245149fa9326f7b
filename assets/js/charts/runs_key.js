// Which run has which colour where several are drawn over each other, and a button that takes one away.

import { icon, make } from "../core/elements.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";
import { TINTS } from "./over.js";

export class RunsKey {
  constructor() {
    this.box = make("ul.charts-runs", { "aria-label": "Runs that are drawn over each other", hidden: true });
  }

  /** @param {string[]} names of the run that is looked at, and of those over it */
  show(names) {
    this.box.hidden = names.length < 2;
    this.box.replaceChildren(...(names.length < 2 ? [] : names.map((name, run) => this.entry(name, run))));
  }

  /**
   * @param {string} name
   * @param {number} run
   */
  entry(name, run) {
    const line = known.short(name);
    return make(
      "li",
      { title: name },
      make("span.charts-tint", { style: { background: `var(--h-${TINTS[run % TINTS.length]})` } }),
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
