// Asks whether two tags are to be one, in the place of the field in which a tag was given the name of another one.

import { make } from "../core/elements.js";

export class MergeQuestion {
  /**
   * @param {() => void} onKeep
   * @param {() => void} onMerge
   */
  constructor(onKeep, onMerge) {
    this.keep = make("button.plain", { type: "button", onclick: onKeep }, "Keep both");
    this.merge = make("button.plain", { type: "button", onclick: onMerge }, "Make them one");
    const leave = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && onKeep();
    this.box = make("div.tag-question", { onkeydown: leave });
  }

  get isAsked() {
    return this.box.childElementCount > 0;
  }

  /** @param {string} question */
  ask(question) {
    this.box.replaceChildren(make("p", { role: "alert" }, question), this.keep, this.merge);
    this.keep.focus();
  }

  leave() {
    this.box.replaceChildren();
  }
}
