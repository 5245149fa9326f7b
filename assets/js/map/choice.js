// The clip that is chosen on the map: heard, ringed, shown in the panel with the clips that are truly nearest.

import { make } from "../core/elements.js";
import { first } from "../core/first.js";
import { isSeen } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { play } from "../sound/sound.js";

const NEIGHBOURS = 10;

/** @import { Neighbour } from "../core/types.d.ts" */
/** @import { MapView } from "./map.js" */

export class Choice {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    this.said = make("div.unseen", { "aria-live": "polite" });
    /** @type {number | undefined} when the chosen point was asked for here */
    this.asked = undefined;
    this.behind = false; // a clip was chosen while nobody saw the map
    this.forget();
    view.on(["clip"], () => this.take());
  }

  forget() {
    /** @type {number | null} */
    this.point = null;
    /** @type {Neighbour[]} */
    this.near = [];
  }

  /**
   * A visitor chooses a point, and so its clip, everywhere on the page, and hears it; `asked` is when.
   * @param {number} point
   * @param {{asked?: number}} options
   */
  choose(point, { asked } = {}) {
    const { clips } = this.map;
    if (!clips) return;
    const sound = clips.soundOf(point);
    if (sound) play(sound, { asked });
    this.asked = asked;
    view.set({ clip: clips.clipOf(point) }, { again: true });
  }

  /** Shows the clip that is chosen on the page, where it is one of the map's. A map that nobody sees waits. */
  take() {
    const { clips, shownLayout, panel, root } = this.map;
    this.behind = !isSeen(root);
    if (this.behind || !clips || !shownLayout) return;
    const { asked } = this;
    const { clip } = view.state;
    this.asked = undefined;
    this.point = clips.pointOf(clip);
    this.near = [];
    this.map.ring();
    this.map.colouring.light();
    this.map.dock?.show(clips, this.point);
    if (this.point === null)
      return panel?.clear(clip === null ? "" : "The chosen clip is not one of those on the map.");
    panel?.show(clips, this.point);
    this.said.textContent = `${clips.title(this.point)}, ${clips.facts(this.point)}`;
    this.find(asked);
  }

  /** Looks for the true neighbours of the chosen point at the step that is shown. */
  async find(asked = performance.now()) {
    const { point } = this;
    const { clips, run, shownLayout, panel } = this.map;
    if (point === null || !clips || run === null || !shownLayout) return;
    panel?.wait(NEIGHBOURS);
    const { step } = shownLayout;
    const asking = first(source.neighbours(run, step, point, NEIGHBOURS));
    const found = await asking.catch((/** @type {Error} */ error) => error);
    if (point !== this.point || run !== this.map.run) return;
    if (step !== this.map.shownLayout?.step) return; // those of the step that is shown now are asked for, too
    if (found instanceof Error) return panel?.list.show([], found.message);
    this.near = found;
    this.map.ring();
    panel?.showNear(clips, point, found);
    const milliseconds = performance.now() - asked;
    document.dispatchEvent(new CustomEvent("hearsight:neighbours", { detail: { point, milliseconds } }));
  }
}
