// How long both runs will take, told before they are started.

import { make } from "../core/elements.js";

const REST_MS = 250; // after the last change, until it is asked

/** @import { MakeCollapseValue } from "../core/types.d.ts" */
/** @typedef {{method: string, wrong: string, steps: number}} Planned what is to be trained */

export class Takes {
  /** @param {(question: Planned & {asked: number}) => void} ask */
  constructor(ask) {
    this.ask = ask;
    this.box = make("p.collapse-takes", { role: "status" });
    this.asked = 0; // the newest question
    this.planned = ""; // what it is about
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined;
  }

  /**
   * Asks once nothing has changed for a moment; of what cannot be started yet nothing is told.
   * @param {Planned | null} planned
   */
  plan(planned) {
    const about = planned ? JSON.stringify(planned) : "";
    if (about === this.planned) return;
    this.forget();
    this.planned = about;
    if (!planned) return;
    const asked = ++this.asked;
    this.later = setTimeout(() => this.ask({ asked, ...planned }), REST_MS);
  }

  /** What was told holds no more: the form may be another one. */
  forget() {
    this.planned = "";
    this.box.textContent = "";
    clearTimeout(this.later);
  }

  /** @param {MakeCollapseValue} value */
  answered({ weighed, takes = "" }) {
    if (this.planned && weighed === this.asked) this.box.textContent = takes;
  }
}
