// What is done with all sounds of a list together: they are heard one after the other, and their clips are selected.

import { make } from "../core/elements.js";
import { view } from "../core/view.js";
import { isPending, isPlaying, playInTurn, stop } from "./sound.js";

/** @import { ClipRow } from "../core/types.d.ts" */

export class Together {
  /** @param {() => ClipRow[]} rows those that are shown now */
  constructor(rows) {
    this.rows = rows;
    this.hearAll = make("button.plain.clips-hear-all", {
      type: "button",
      hidden: true,
      onclick: (e) => this.inTurn(e.timeStamp),
    });
    this.selectAll = make("button.plain.clips-select", { type: "button", hidden: true, onclick: () => this.select() });
    this.box = make("div.clips-acting", {}, this.hearAll, this.selectAll);
  }

  /** The sounds of the rows, from the first on. */
  get sounds() {
    return this.rows().flatMap(({ sound }) => (sound ? [sound] : []));
  }

  /** Whether one of them is heard, or about to be. */
  get hearing() {
    return this.sounds.some((sound) => isPlaying(sound) || isPending(sound));
  }

  get clips() {
    return this.rows().flatMap(({ clip }) => (clip === undefined ? [] : [clip]));
  }

  /** @param {number} asked */
  inTurn(asked) {
    if (this.hearing) stop();
    else playInTurn(this.sounds, { asked });
  }

  /** Selects the clips on the page, to be tagged or taken away. */
  select() {
    view.set({ selection: [...new Set(this.clips)] });
  }

  /** Says what can be done with the rows that are shown now, and with what is heard now. */
  follow() {
    this.hearAll.hidden = this.sounds.length < 2;
    this.hearAll.textContent = this.hearing ? "Stop" : "Hear all";
    this.selectAll.hidden = this.clips.length < 2;
    this.selectAll.textContent = `Select these ${this.clips.length}`;
  }
}
