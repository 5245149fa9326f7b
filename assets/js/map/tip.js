// What is said of the point under the pointer, beside it.

import { make } from "../core/elements.js";

/** @import { MapClips } from "./clips.js" */

export class Tip {
  /** @param {HTMLElement} stage in which it lies */
  constructor(stage) {
    this.stage = stage;
    this.box = make("div.map-tip", { "aria-hidden": "true" });
  }

  /**
   * @param {MapClips} clips
   * @param {number} point
   * @param {MouseEvent} event
   */
  show(clips, point, event) {
    const stage = this.stage.getBoundingClientRect();
    this.box.replaceChildren(make("strong", {}, clips.title(point)), make("span", {}, clips.everything(point)));
    this.box.classList.add("shown");
    const x = Math.min(event.clientX - stage.left + 14, stage.width - this.box.offsetWidth - 6);
    const y = Math.max(6, event.clientY - stage.top - this.box.offsetHeight - 10);
    this.box.style.transform = `translate(${x}px, ${y}px)`;
  }

  hide() {
    this.box.classList.remove("shown");
  }
}
