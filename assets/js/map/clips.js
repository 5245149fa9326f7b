// What the map knows of its clips: their sounds, and what each is called and is by the column that is shown.

import { view } from "../core/view.js";
import { tagsOf } from "../selection/tags.js";
import { BETWEEN, Columns, FILE } from "./columns.js";

/** @import { ClipRow, Column, Points, Sound } from "../core/types.d.ts" */

export class MapClips {
  /**
   * @param {string} run
   * @param {Points} points
   * @param {string | null} colour name of the column that is shown; null for the labels
   * @param {(clips: MapClips) => void} onTags called when the tags have changed, and with them the columns
   */
  constructor(run, points, colour, onTags = () => {}) {
    this.run = run;
    this.points = points;
    this.pointOfClip = new Map(points.clips.map((clip, point) => [clip, point]));
    this.columns = new Columns(run, points.columns, points.main_facet);
    /** @type {Column | null} the column that gives the colours, with its values */
    this.shown = this.find(colour);
    /** Ends the following of the tags, once these clips are shown no more. */
    this.leave = tagsOf(run).follow(points, () => {
      onTags(this);
      this.tagged();
    });
  }

  /** The tags have changed: what is coloured by them is coloured anew. */
  tagged() {
    if (this.shown?.writer !== "page") return;
    this.shown = null;
    view.set({ colour: view.state.colour }, { again: true });
  }

  /**
   * The column of that name, or the one that the map is coloured by at first.
   * @param {string | null} name
   */
  find(name) {
    return this.columns.find(name);
  }

  /**
   * The point of a clip; null where the clip is not on the map.
   * @param {number | null} clip
   */
  pointOf(clip) {
    return (clip === null ? null : this.pointOfClip.get(clip)) ?? null;
  }

  /** @param {number} point */
  clipOf(point) {
    return this.points.clips[point];
  }

  /**
   * Null where the clips cannot be heard.
   * @param {number} point
   * @returns {Sound | null}
   */
  soundOf(point) {
    const { sounds, fingerprint } = this.points;
    return sounds ? { fingerprint, index: this.clipOf(point) } : null;
  }

  /**
   * The file of a clip as the lists call it, else without its folders; "" where it is not known.
   * @param {number} point
   */
  file(point) {
    const { labels, main } = this.columns;
    return main && !labels ? this.columns.title(point) : (this.points.files?.[point]?.split("/").pop() ?? "");
  }

  /** @param {number} point */
  title(point) {
    return this.columns.title(point, this.shown);
  }

  /**
   * A clip in a list of those near to another one.
   * @param {number} point
   * @param {number} to
   * @returns {ClipRow}
   */
  rowNear(point, to) {
    const agrees = this.columns.agree(to, point, this.shown);
    return { ...this.row(point), agrees, several: this.columns.haveSeveral(this.shown) };
  }

  /**
   * Where in its file a clip lies, as "2.0–4.0 s"; "" where the file gives this clip alone, and where that is not known.
   * @param {number} point
   */
  window(point) {
    return this.points.windows?.[point] ?? "";
  }

  /** Which clip it is, by its place and its file; "" where its file is not known. @param {number} point */
  whichOf(point) {
    const file = this.file(point);
    return file && [this.window(point), file].filter(Boolean).join(" of ");
  }

  /**
   * A clip in a list of sounds.
   * @param {number} point
   * @returns {ClipRow}
   */
  row(point) {
    return {
      point,
      clip: this.clipOf(point),
      sound: this.soundOf(point),
      label: this.title(point),
      note: this.brief(point),
      file: this.points.files?.[point],
    };
  }

  /** @param {number} point */
  facts(point) {
    return this.placed(point, this.columns.facts(point, this.shown));
  }

  /** @param {number} point */
  brief(point) {
    return this.placed(point, this.columns.brief(point, this.shown));
  }

  /** `facts` of the one that is chosen, with its file in any case. @param {number} point */
  factsOfChosen(point) {
    const file = this.untold(point);
    return [this.facts(point), file && `${FILE}: ${file}`].filter(Boolean).join(BETWEEN);
  }

  /** `brief` of the one that is chosen, with its file in any case. @param {number} point */
  briefOfChosen(point) {
    return this.placed(point, this.columns.brief(point, this.shown, this.untold(point)));
  }

  /** A clip's file where no column tells it; else "". @param {number} point */
  untold(point) {
    return this.columns.tellFiles ? "" : this.file(point);
  }

  /** @param {number} point */
  everything(point) {
    return this.placed(point, this.columns.everything(point, this.shown));
  }

  /**
   * What is said of a clip, after its place in its file: two windows of one file are the same in all else that is said.
   * @param {number} point
   * @param {string} words
   */
  placed(point, words) {
    return [this.window(point), words].filter(Boolean).join(BETWEEN);
  }
}
