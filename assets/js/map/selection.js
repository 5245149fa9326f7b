// The clips that are selected on the page, and the line that says how many and ends the selection.

import { MOST_SELECTED, NOT_INCLUDED } from "../core/address.js";
import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { view } from "../core/view.js";

/** @import { MapClips } from "./clips.js" */

/** The numbers of the selected clips; none where a link did not include them. */
export const selected = () => (view.state.selection === NOT_INCLUDED ? [] : view.state.selection);

/**
 * Selects a clip too, or no longer.
 * @param {number} clip
 */
export function toggle(clip) {
  const ids = selected();
  view.set({ selection: ids.includes(clip) ? ids.filter((id) => id !== clip) : [...ids, clip] });
}

/**
 * Selects the clips of points, and with `adds` keeps those that are selected already.
 * @param {MapClips} clips
 * @param {number[]} points
 * @param {boolean} adds
 */
export function selectPoints(clips, points, adds) {
  const ids = points.map((point) => clips.clipOf(point));
  view.set({ selection: [...new Set(adds ? [...selected(), ...ids] : ids)] });
}

/**
 * What is said of a selection where its clips are listed: how many are, and how many the map, which may be a sample, doesn't hold.
 * @param {number} listed
 * @param {number} off
 */
export function selectionWords(listed, off) {
  const count = listed + off ? counted(listed + off, "clip") : "";
  const are = off === 1 ? "is" : "are";
  const words = `${off.toLocaleString("en")} of these ${are} not on the map, so not listed here. A tag is given to all.`;
  return { count, off: off ? words : "" };
}

export class SelectionLine {
  /** @param {boolean} alone whether what is done with the selection stands on another page, to which a button leads */
  constructor(alone) {
    this.words = make("span");
    const go = () => view.set({ tab: "live" });
    this.go = alone ? make("button.plain", { type: "button", onclick: go }, "Tag them on Live") : null;
    const end = make("button.plain", { type: "button", onclick: () => view.set({ selection: [] }) }, "Clear");
    this.box = make("p.map-selection", { role: "status", hidden: true }, this.words, this.go, end);
  }

  tell() {
    const lost = view.state.selection === NOT_INCLUDED;
    const { length } = selected();
    this.box.hidden = !lost && !length;
    this.words.textContent = lost
      ? `The selection is not included in this link: it held more than ${MOST_SELECTED} clips. `
      : `${counted(length, "clip")} ${length === 1 ? "is" : "are"} selected. `;
  }
}
