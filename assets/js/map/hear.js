// Hearing by pointing: a switch, off at first and kept by the browser. A point that the pointer rests on is heard.

import { make } from "../core/elements.js";
import { store, stored } from "../core/storage.js";
import { play } from "../sound/sound.js";

const REST_MS = 125;
const KEPT = "hearsight:hear-by-pointing";

/** @import { Sound } from "../core/types.d.ts" */

export class HoverToHear {
  constructor() {
    this.on = make("input", { type: "checkbox", role: "switch" });
    this.on.checked = stored("localStorage", KEPT) === "1";
    this.on.addEventListener("change", () => store("localStorage", KEPT, this.on.checked ? "1" : "0"));
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
