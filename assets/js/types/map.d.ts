// The map: its points and their places, what is near, what is drawn on it.

import type { Column } from "./runs.d.ts";

/** Places of all points at a step, in the layout's own units; `z`, towards whoever looks, of a map in space. */
export interface Places {
  x: Float32Array<ArrayBuffer>;
  y: Float32Array<ArrayBuffer>;
  z?: Float32Array<ArrayBuffer>;
}

/**
 * From Python: what the map knows of its points. `clips` are their numbers in the data set; `columns` what each of them is,
 * those that no step changes with their values. `sounds`: whether the clips can be heard; `note`: why not, in a sentence.
 */
export interface Points {
  n: number;
  columns: Column[];
  group: string | null;
  main_facet: string;
  clips: number[];
  fingerprint: string;
  data_name: string;
  /** of the whole data, of which the points may be a sample; null where that is not known */
  data_clips?: number | null;
  sounds: boolean;
  note: string;
  /** the file that each clip was cut from; missing where the sounds are not at hand, and in an export */
  files?: string[];
  /** where in its file each clip lies, as "2.0–4.0 s", "" where the file gives it alone; missing without sounds */
  windows?: string[];
}

/** From Python: one of the true nearest points by cosine similarity. */
export interface Neighbour {
  point: number;
  clip: number;
  score: number;
}

/**
 * From Python: the clips whose true neighbours changed most between two steps, and how many were judged; `changed` is the
 * Jaccard distance of the sets of nearest clips, 0 to 1.
 */
export interface Moved {
  moved: { point: number; clip: number; changed: number }[];
  judged: number;
}

/** From Python: a mark of EmbeddingMap: at the weighted mean of points, or at a place of the layout. */
export interface MapMark {
  label?: string;
  points?: number[];
  weights?: number[];
  x?: number;
  y?: number;
}

/** From Python: EmbeddingMap's value. */
export interface MapValue {
  run: string | null;
  clip?: number;
  marks?: MapMark[];
  /** whether the marks are ringed alone, without the clip that is chosen on the page */
  alone?: boolean;
}

/** Points of one look; `ids` are their indices. */
export interface PointClass extends Look {
  name: string;
  ids: Int32Array;
  faded?: boolean;
  /** those that belong to no class of their own */
  rest?: boolean;
}

/** The scale of numbers: `low` and `high` have the first and the last colour, `least` and `most` are the values there are. */
export interface Scale {
  low: number;
  high: number;
  least: number;
  most: number;
  colours: string[];
  missing: number;
}

/** A place of the map that is ringed: a point, the weighted mean of points, or a place of the layout. */
export interface Ring extends MapMark {
  point?: number;
  kind: "hovered" | "chosen" | "near" | "mark";
  text?: string;
}

/** What turns places into CSS pixels. */
export interface Axes {
  across: (x: number) => number;
  down: (y: number) => number;
}

/** A colour of a class, and the sign it is drawn with. */
export interface Look {
  colour: string;
  marker: string;
}
