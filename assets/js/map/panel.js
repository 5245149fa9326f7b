// Beside the map: the chosen clip, to see and hear, and the clips that are truly nearest to it.

import { make } from "../core/elements.js";
import { ClipsView } from "../sound/clips.js";
import { SoundView } from "../sound/player.js";

/** @import { Neighbour } from "../core/types.d.ts" */
/** @import { MapClips } from "./clips.js" */

export class Panel {
  /** @param {(point: number) => void} onChoose called when a listed clip is chosen */
  constructor(onChoose) {
    this.player = new SoundView(make("div"), {
      empty: "Choose a point of the map: it is played at once and shown here.",
    });
    const nearest = make("div.map-nearest");
    this.list = new ClipsView(nearest, {
      empty: "The nearest clips of the chosen one are listed here.",
      action: "Go to this clip on the map",
      onAction: (_, { point }) => {
        if (point !== undefined) onChoose(point);
      },
    });
    const title = "By cosine similarity of the whole embeddings, not by distance on the flat map";
    this.box = make(
      "aside.map-panel",
      {},
      this.player.box,
      make("div.map-nearest-head", {}, make("h2.head-title", { title }, "Truly nearest"), this.list.together.box),
      nearest,
    );
  }

  /** No clip of the map is chosen; `why` is said where that isn't plain. */
  clear(why = "") {
    this.player.show(null);
    if (why) this.player.say(why, "empty");
    this.list.show([]);
  }

  /**
   * Shows a chosen clip.
   * @param {MapClips} clips
   * @param {number} point
   */
  show(clips, point) {
    const sound = clips.soundOf(point);
    this.player.show(sound ? { sound, title: clips.title(point), subtitle: clips.factsOfChosen(point) } : null);
    if (!sound) this.player.say(clips.points.note || "The sounds of this run are not on this machine.", "empty");
  }

  /**
   * As many neighbours are being looked for.
   * @param {number} count
   */
  wait(count) {
    if (!this.list.rows.length) this.list.wait(count);
  }

  /**
   * Lists the clips that are nearest to one.
   * @param {MapClips} clips
   * @param {number} own
   * @param {Neighbour[]} near
   */
  showNear(clips, own, near) {
    this.list.show(near.map(({ point, score }) => ({ ...clips.rowNear(point, own), score })));
  }
}
