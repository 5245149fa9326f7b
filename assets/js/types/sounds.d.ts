// Sounds: what names one, what plays and lists them, two views of one, the sounds of a data set.

import type { SpectrogramImage } from "./pictures.d.ts";

/** From Python: clip_sound and upload_sound; a view's is made by the page. */
export type Sound = ClipSound | UploadSound | ViewSound;
export type ClipSound = { fingerprint: string; index: number; upload?: undefined; views?: undefined };
export type UploadSound = { upload: string; views?: undefined };
/** One of two views: the query that they were asked for with (see explorer/web/routes/views.py), and which of them. */
export type ViewSound = { views: string; which: number; upload?: undefined };

/** From Python: clips_with: how many clips have a text, and the first of them; `note` is the file. */
export interface TextMatches {
  total: number;
  clips: { clip: number; label: string; note: string }[];
}

/** From Python: two views of a sound, or the one that a run's method hears, and what was done to it in a line each; `note` is of the method, or "". */
export interface ViewPair {
  views: { picture: SpectrogramImage; line: string }[];
  note: string;
  later: boolean;
}

/**
 * From Python: how alike a run's model finds two views; `before` the same before training, null where it isn't
 * kept; or `why` it cannot compare them.
 */
export type ViewsAlike =
  | { step: number; cosine: number; percentile: number; before: { cosine: number; percentile: number } | null }
  | { why: string };

/** From Python: SoundPlayer's value; `picture` is shown in place of the sound's own, `lazy` ones are fetched when asked for. */
export interface PlayerValue {
  lazy?: boolean;
  sound: Sound;
  title?: string;
  subtitle?: string;
  play?: boolean;
  picture?: SpectrogramImage;
  asked?: number;
}

/** From Python: WordsField's value; the browser writes the words, and null has them forgotten. */
export interface WordsValue {
  words?: string | null;
  reads?: boolean;
  note?: string;
}

/** From Python: a row of a ClipList. */
export interface ClipRow {
  sound: Sound | null;
  label?: string;
  note?: string;
  /** before the note, which it does not belong to: rows that differ in it alone read the same */
  lead?: string;
  /** with its folders; told where a row is pointed at, and shown where rows read the same */
  file?: string;
  score?: number;
  rank?: number;
  clip?: number;
  point?: number;
  /** whether it has the label of the sound that it is near to; left out where either has none */
  agrees?: boolean;
  /** whether it is of the file that the sound is of; left out where it isn't */
  same_file?: boolean;
  /** whether its label may be several, of which one in common is enough */
  several?: boolean;
}

/** From Python: ClipList's value. */
export type ClipListValue = { rows: ClipRow[]; empty?: string; waiting?: undefined } | { waiting: number };

/** From Python: RankingList's value; `table` is the text of a CSV file, `name` what that is called. */
export interface RankingValue {
  run: string;
  text: string;
  rows: ClipRow[];
  table: string;
  name: string;
}

/**
 * From Python: clips_to_pick; `codes` is base64 of little-endian int32, -1 for no label, `windows` of float32, from and to in
 * seconds for each clip, NaN where its file gives it alone.
 */
export interface PickerSet {
  fingerprint: string;
  name: string;
  n: number;
  main_facet: string;
  facets: Record<string, { names: string[]; codes: string }>;
  windows?: string;
}

/** From Python: summary_of */
export interface DataSummaryValue {
  name: string;
  clips: number;
  seconds: number;
  /** which frequencies are heard, in a sentence; "" where that goes without saying */
  heard: string;
  group: string | null;
  facets: { name: string; labels: number; examples: [string, number][] }[];
  skipped: FileList;
  warnings: FileList;
}
export interface FileList {
  n: number;
  rows: { file: string; reason: string }[];
}

/** From Python: SimilarityChart's value. */
export interface SimilarityValue {
  rows: { step: number; cosine: number; percentile: number; low: number; median: number; high: number }[];
  text?: string;
  tone?: string;
}
