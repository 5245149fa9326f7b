// Hearing by pointing: a switch, off at first and kept by the browser. A point that the pointer rests on is heard.

import { make } from "../core/elements.js";
import { play } from "../sound/sound.js";

const REST_MS = 125;
const KEPT = "hearsight:hear-by-pointing";

/** @import { Sound } from "../core/types.d.ts" */

export class HoverToHear {
  constructor() {
    this.on = make("input", { type: "checkbox", role: "switch" });
    this.on.checked = kept() === "1";
    this.on.addEventListener("change", () => keep(this.on.checked ? "1" : "0"));
    const title = "A clip that the pointer rests on is heard, one at a time";
    this.box = make("label.switch.map-hear", { title }, this.on, make("span", {}, "Hear by pointing"));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * The pointer has come to a clip.
   * @param {Sound} sound
   * @param {MouseEvent} event
   */
  point(sound, event) {
    this.leave();
    if (event.altKey) return play(sound, { asked: event.timeStamp });
    const enabled = navigator.userActivation?.hasBeenActive ?? true; // before a first press browsers play nothing
    if (this.on.checked && enabled) this.timer = setTimeout(() => play(sound), REST_MS);
  }

  /** The pointer has gone, or something else is done. */
  leave() {
    clearTimeout(this.timer);
  }
}

/** Null where the browser keeps nothing. */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** @param {string} value */
function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // then it is off again on the next page
  }
}
