// Rows of the same file as the sound that they are near to are left out, where somebody asks for it.

import { make } from "../core/elements.js";

const TITLE = "Leaves out the clips of the file that this sound is of, which are near it in any case";

/** @import { ClipRow } from "../core/types.d.ts" */

export class OtherFiles {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.on = make("input", { type: "checkbox", role: "switch", onchange: onChange });
    this.box = make(
      "label.switch.clips-other",
      { title: TITLE, hidden: true },
      this.on,
      make("span", {}, "Other files only"),
    );
  }

  /** It is offered where it would leave something out. @param {ClipRow[]} rows */
  offer(rows) {
    this.box.hidden = !rows.some((row) => row.same_file);
  }

  /** @param {ClipRow[]} rows */
  filtered(rows) {
    return this.on.checked ? rows.filter((row) => !row.same_file) : rows;
  }
}
