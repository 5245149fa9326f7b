// The sounds of a run's clips may still be being opened, or be made later: what is known of them is asked for again.

import { isSeen, onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";

const SOUNDS_MS = 3000;
const RARELY_MS = 60_000; // sounds that are not here may come any time, but seldom do, and the answer is long

/** @import { Points } from "../core/types.d.ts" */
/** @typedef {{run: string, points: Points}} Clips of a run */

export class AwaitedSounds {
  /**
   * @param {HTMLElement} root of the part that shows the clips; nothing is asked while nobody sees it
   * @param {() => Clips | null} clips those that it shows now
   * @param {(points: Points) => unknown} take called with what is known of the same clips now
   */
  constructor(root, clips, take) {
    this.clips = clips;
    this.take = take;
    this.wait = SOUNDS_MS;
    this.askAt = 0; // not before
    const silent = () => clips()?.points.sounds === false && isSeen(root) && performance.now() >= this.askAt;
    onPulse(() => this.ask(), { every: SOUNDS_MS, seen: silent });
  }

  /** Other clips are shown, of which nothing is known yet. */
  begin() {
    this.wait = SOUNDS_MS;
    this.askAt = 0;
  }

  async ask() {
    const shown = this.clips();
    if (!shown) return;
    this.askAt = performance.now() + this.wait;
    this.wait = Math.min(1.5 * this.wait, RARELY_MS);
    const points = await source.points(shown.run).catch(() => null);
    if (points && shown === this.clips() && points.n === shown.points.n) this.take(points);
  }
}
