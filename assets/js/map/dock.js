// On a narrow screen: a small player at its bottom edge, so that a clip that was tapped is heard, named and played again
// without scrolling to the panel, to which it leads.

import { icon, make, replaceIcon } from "../core/elements.js";
import { isPlaying, onPlaying, toggle } from "../sound/sound.js";
import { drawThumbnail, loadPicture } from "../sound/spectrogram_image.js";

/** @import { Sound } from "../core/types.d.ts" */
/** @import { MapClips } from "./clips.js" */

export class Dock {
  /** @param {HTMLElement} panel where the nearest clips are listed */
  constructor(panel) {
    /** @type {Sound | null} */
    this.sound = null;
    this.play = make("button.round.primary", { type: "button", onclick: (event) => this.press(event) });
    this.canvas = make("canvas.dock-picture", { "aria-hidden": "true" });
    this.title = make("strong");
    this.facts = make("span");
    const end = {
      type: "button",
      "aria-label": "Close the player",
      title: "Close",
      onclick: () => this.show(null, null),
    };
    const near = { type: "button", title: "To its nearest clips", onclick: () => panel.scrollIntoView() };
    this.box = make(
      "div.map-dock",
      { role: "group", "aria-label": "Player of the chosen clip", hidden: true },
      this.play,
      this.canvas,
      make("div.dock-words", {}, this.title, this.facts),
      make("button.plain", near, "Nearest"),
      make("button.map-tool", end, icon("close")),
    );
    onPlaying(() => this.follow());
    this.follow();
  }

  /**
   * Shows a chosen point; null closes the player.
   * @param {MapClips | null} clips
   * @param {number | null} point
   */
  show(clips, point) {
    this.sound = point === null ? null : (clips?.soundOf(point) ?? null);
    this.box.hidden = !this.sound;
    if (!clips || point === null || !this.sound) return;
    const { sound } = this;
    this.title.textContent = clips.title(point);
    this.facts.textContent = clips.briefOfChosen(point);
    this.canvas.width = 0;
    loadPicture(sound).then(
      (picture) => sound === this.sound && drawThumbnail(this.canvas, picture),
      () => {}, // it is heard all the same
    );
    this.follow();
  }

  /** @param {MouseEvent} event */
  press(event) {
    if (this.sound) toggle(this.sound, { asked: event.timeStamp });
  }

  follow() {
    const playing = this.sound !== null && isPlaying(this.sound);
    replaceIcon(this.play, playing ? "pause" : "play");
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
  }
}
