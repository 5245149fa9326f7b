// What the map hears of its run: the clips it has, new layouts, whether they can be heard, and why there is nothing to draw.

import { feedOf, isActive, mapping } from "../core/feed.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { AwaitedSounds } from "./awaited_sounds.js";
import { MapClips } from "./clips.js";
import { Layouts } from "./layouts.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { Points } from "../core/types.d.ts" */
/** @import { MapView } from "./map.js" */

export class Following {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    /** @type {(() => unknown)[]} what stops the listeners */
    this.stops = [];
    /** @type {Feed | null} whose clips are being fetched */
    this.fetching = null;
    this.sounds = new AwaitedSounds(
      map.root,
      () => map.clips,
      (points) => this.hear(points),
    );
  }

  /** How many axes the map has that is asked for. @returns {2 | 3} */
  get axes() {
    return view.state.solid && source.server ? 3 : 2;
  }

  /** Follows the maps of the run, on a plane or in space; what is shown stays until the first of them is there. */
  begin() {
    const { map, axes } = this;
    map.tools.dress(axes);
    if (map.run === null || map.layouts?.axes === axes) return;
    this.end();
    this.sounds.begin();
    const feed = feedOf(map.run);
    map.layouts = new Layouts(feed, axes);
    if (map.shownLayout) map.message.textContent = axes === 3 ? "The map in space is being made …" : "";
    this.stops = [
      feed.follow(axes === 3 ? "solid" : "layouts", this.map.root, () => this.news(feed)),
      feed.follow("status", this.map.root, () => this.explain(feed)),
    ];
  }

  end() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** @param {Feed} feed */
  async news(feed) {
    const { map } = this;
    const { steps, snapshots } = map.layouts?.made ?? { steps: [], snapshots: 0 };
    if (!steps.length || feed.name !== map.run) return;
    if (!map.clips) {
      if (this.fetching === feed) return;
      this.fetching = feed;
      const points = await source.points(feed.name).catch((/** @type {Error} */ error) => error);
      if (this.fetching === feed) this.fetching = null;
      if (feed.name !== map.run) return;
      if (points instanceof Error) return map.clear(points.message);
      map.clips = new MapClips(feed.name, points, view.state.colour, (clips) => this.offer(clips));
      map.colouring.adopt(map.clips);
    }
    map.timeline.offer(steps, snapshots - steps.length);
    map.moved.offer();
  }

  /** Offers the columns anew: there is one for each tag, and the map may wait for it. @param {MapClips} clips */
  offer(clips) {
    const { colouring, clips: own } = this.map;
    if (clips !== own) return;
    colouring.adopt(clips);
    colouring.take();
  }

  /** More is known of the sounds of the clips. @param {Points} points */
  hear(points) {
    const { map } = this;
    if (!map.clips) return;
    if (points.fingerprint !== map.clips.points.fingerprint) return this.renew(points); // what is watched gets its sounds later
    const { sounds, note, files, windows } = points;
    Object.assign(map.clips.points, { sounds, note, files, windows });
    map.describeLayout();
    if (!sounds) return;
    map.colouring.adopt(map.clips); // files can be looked for now
    map.choice.take();
  }

  /** The same clips, of which more is known now. @param {Points} points */
  renew(points) {
    const { map } = this;
    map.clips?.leave();
    map.clips = new MapClips(map.run ?? "", points, view.state.colour, (clips) => this.offer(clips));
    map.colouring.adopt(map.clips);
    map.colouring.by(map.colouring.select.value);
    map.describeLayout();
    map.choice.take();
  }

  /** @param {Feed} feed */
  explain(feed) {
    const { map } = this;
    if (feed.name !== map.run || map.shownLayout) return;
    if (map.layouts?.made?.steps.length) return this.news(feed); // what did not come is asked for once more
    if (feed.trouble) return map.clear(feed.missing ? "" : feed.trouble);
    if (!feed.status || !map.layouts?.made) return; // not known yet
    map.clear(
      mapping(map.layouts?.made)
        ? "The map is being made, which takes a few seconds."
        : isActive(feed.status)
          ? "The map appears with the first snapshot, a few seconds after training starts."
          : "This run has no snapshot to draw.",
    );
  }
}
