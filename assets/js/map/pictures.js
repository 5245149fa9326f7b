// Small spectrograms on the map where its points lie densest, once somebody has zoomed in.

import { make } from "../core/elements.js";
import { soundKey } from "../core/source.js";
import { drawThumbnail, loadPicture } from "../sound/spectrogram_image.js";

const FROM_ZOOM = 2.5;
const MOST = 6;

/** @import { MapClips } from "./clips.js" */

export class Pictures {
  static size = { width: 64, height: 40 };

  /** @param {() => MapClips | null} clips */
  constructor(clips) {
    this.clips = clips;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.drawn = new Map(); // by the key of the sound
  }

  /**
   * Whether one more is to be shown at a zoom at which `count` are.
   * @param {number} zoom
   * @param {number} count
   */
  wanted(zoom, count) {
    return zoom >= FROM_ZOOM && count < MOST && this.clips()?.points.sounds === true;
  }

  /**
   * The picture of a point, empty until it has come.
   * @param {number} point
   */
  of(point) {
    const clips = this.clips();
    const sound = clips?.soundOf(point) ?? null;
    const key = soundKey(sound);
    const known = this.drawn.get(key);
    if (known) return known;
    const canvas = make("canvas.map-picture");
    this.drawn.set(key, canvas);
    for (const oldest of this.drawn.keys()) if (this.drawn.size > 60) this.drawn.delete(oldest);
    const draw = sound && loadPicture(sound).then((picture) => drawThumbnail(canvas, picture));
    draw?.catch(() => this.drawn.delete(key));
    return canvas;
  }
}
