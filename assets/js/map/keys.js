// The keyboard on the map: arrows go from clip to clip, Enter plays, with Shift it selects; the rest works tools; Escape ends.

import { view } from "../core/view.js";
import { toggle } from "./selection.js";

/** @type {Record<string, [dx: number, dy: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export const KEYS =
  "arrows move between clips, Enter plays, Shift and Enter select, + and − zoom, 0 shows all clips; in space Shift and arrows turn it";

const TURN_PIXELS = 40; // as if it were dragged so far

/** @import { MapView } from "./map.js" */

/**
 * @param {MapView} map
 * @param {KeyboardEvent} event
 */
export function onKey(map, event) {
  const { clips, choice, plot, shownLayout, stage, tools } = map;
  if (!clips || !shownLayout || event.target !== stage || event.ctrlKey || event.metaKey) return;
  const { point } = choice;
  const asked = event.timeStamp;
  const way = WAYS[event.key];
  if (way && event.shiftKey && plot.depth) plot.turnBy(TURN_PIXELS * way[0], -TURN_PIXELS * way[1]);
  else if (way) {
    const next = point === null ? 0 : plot.nextTowards(point, ...way);
    if (next !== null) choice.choose(next, { asked });
  } else if ((event.key === "Enter" || event.key === " ") && point !== null) {
    if (event.shiftKey) toggle(clips.clipOf(point));
    else choice.choose(point, { asked });
  } else if (event.key === "Escape") {
    if (!tools.end()) view.set(view.state.selection.length ? { selection: [] } : { clip: null });
  } else if (!tools.key(event.key)) return;
  event.preventDefault();
}
