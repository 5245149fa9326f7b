// The figures of some pictures, each drawn by what knows its kind. They stay while the pictures change their values alone.

import { make } from "../core/elements.js";
import { Bars } from "./bars.js";
import { Matrix } from "./matrix.js";
import { Strips } from "./strips.js";

/** @import { LensFigure, LensHost, LensPicture } from "../core/types.d.ts" */

// What draws a kind of picture; training/run/schema.py has the list of kinds. One that is not known here is left out.
/** @type {Record<string, new (pictures: LensPicture[], lens: LensHost) => LensFigure>} */
const KINDS = { matrix: Matrix, bars: Bars, spectrograms: Strips };

export class Figures {
  /** @param {LensHost} host */
  constructor(host) {
    this.host = host;
    /** @type {LensFigure[]} */
    this.all = [];
    this.drawn = "";
    this.box = make("div.lens-grid");
  }

  get isEmpty() {
    return !this.all.length;
  }

  clear() {
    for (const figure of this.all) figure.leave?.();
    this.all = [];
    this.drawn = "";
    this.box.replaceChildren();
  }

  /** @param {LensPicture[]} pictures */
  draw(pictures) {
    const groups = grouped(pictures.filter(({ kind }) => kind in KINDS));
    const drawn = JSON.stringify(pictures.map(({ name, kind, shape, series }) => [name, kind, shape, series]));
    if (drawn !== this.drawn) {
      this.clear();
      this.all = groups.map((group) => new KINDS[group[0].kind](group, this.host));
      this.box.replaceChildren(...this.all.map(({ box }) => box));
      this.drawn = drawn;
    }
    for (const [i, group] of groups.entries()) this.all[i].update(group);
  }
}

/**
 * Spectrograms that follow each other stand below each other, so that their clips can be compared.
 * @param {LensPicture[]} pictures
 */
function grouped(pictures) {
  /** @type {LensPicture[][]} */
  const groups = [];
  for (const picture of pictures) {
    const group = groups.at(-1);
    const together =
      picture.kind === "spectrograms" && group?.[0].kind === "spectrograms" && picture.shape[0] === group[0].shape[0];
    if (group && together) group.push(picture);
    else groups.push([picture]);
  }
  return groups;
}
