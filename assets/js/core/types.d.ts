// What crosses from Python to the page, and what the page's modules share. Nothing here runs: the type checker reads it, and
// a test holds each type that says "from Python" against values that Python makes.

// ---------------------------------------------------------------- what the byte routes answer, from Python

export type RunStateName =
  | "waiting"
  | "preparing"
  | "training"
  | "paused"
  | "stopping"
  | "stopped"
  | "finished"
  | "failed"
  | "crashed"
  | "disk_full"
  | "unknown";

/** From Python: training.run.Status, with what the route of news adds. */
export interface RunStatus {
  state: RunStateName;
  schema: number;
  attempt: number;
  step: number;
  /** null for a run that is bounded by seconds */
  steps: number | null;
  seconds: number;
  progress: number;
  seconds_left: number | null;
  steps_per_second: number;
  clips_per_second: number;
  message: string;
  warning: string;
  warned_by: string;
  device: string;
  heartbeat: number;
  updated: number;
  process: Record<string, unknown> | null;
  read_only: boolean;
  /** of a run that waits: its place in the queue, and the run that it waits for */
  place?: number | null;
  behind?: string | null;
}

/** From Python: one line of metrics.jsonl; what isn't finite is null. */
export type MetricRow = { step?: number; seconds?: number; resumed_from?: number } & { [key: string]: Loose };

/** From Python: explorer.runs.metrics.Rows */
export interface MetricNews {
  cursor: string;
  void: boolean;
  rows: MetricRow[];
}

/** From Python: explorer.runs.layouts.Layouts */
export interface LayoutSummary {
  version: number;
  steps: number[];
  kinds: Record<string, "umap" | "pca">;
  trust: Record<string, number | null>;
  snapshots: number;
}

/** From Python: the answer of the route `news`, with the parts that were asked for. */
export interface News {
  status?: RunStatus;
  metrics?: MetricNews;
  layouts?: LayoutSummary;
}

/** From Python: baselines.json; facet → what needs no training → value. */
export interface Baselines {
  main_facet?: string;
  loss?: { value: number | null; meaning: string };
  cross_group_knn?: Record<string, Record<string, number | null>>;
  [measure: string]: unknown;
}

/** From Python: explorer.web.routes.points_values */
export interface Points {
  n: number;
  facets: Record<string, { names: string[]; codes: number[] }>;
  group: string | null;
  main_facet: string;
  clips: number[];
  fingerprint: string;
  data_name: string;
  sounds: boolean;
  note: string;
}

/** From Python: one row of the route `neighbours`. */
export interface Neighbour {
  point: number;
  clip: number;
  score: number;
}

/** From Python: a picture of a lens; `values` is base64 of little-endian float32, row by row. */
export interface LensPicture {
  name: string;
  title: string;
  meaning: string;
  kind: "bars" | "matrix" | "spectrograms";
  rows: string;
  columns: string;
  series: string[];
  low: number;
  high: number;
  shape: number[];
  values: string;
}

/** From Python: the answer of the route `lens/{step}`. */
export interface Lens {
  step: number;
  pictures: LensPicture[];
  clips: { clip: number; label: string; note: string }[];
  fingerprint: string;
  sounds: boolean;
  note: string;
}

/** From Python: explorer.web.routes.picture_values; both arrays are base64 of bytes. */
export interface SpectrogramImage {
  seconds: number;
  rms_db: number;
  peak_db: number;
  mels: number;
  frames: number;
  hop_seconds: number;
  mel_hz: number[];
  low_db: number;
  high_db: number;
  spectrogram: string;
  peaks: string;
}

// ---------------------------------------------------------------- values of components, from Python

/** From Python: clip_sound and upload_sound. */
export type Sound = ClipSound | UploadSound;
export type ClipSound = { fingerprint: string; index: number; upload?: undefined };
export type UploadSound = { upload: string };

/** From Python: the value of whatever shows one run. */
export interface RunValue {
  run: string | null;
}

/** From Python: SoundPlayer's value; `picture` is shown in place of the sound's own. */
export interface PlayerValue {
  sound: Sound;
  title?: string;
  subtitle?: string;
  play?: boolean;
  picture?: SpectrogramImage;
  asked?: number;
}

/** From Python: a row of a ClipList. */
export interface ClipRow {
  sound: Sound | null;
  label?: string;
  note?: string;
  score?: number;
  rank?: number;
  clip?: number;
  point?: number;
}

/** From Python: ClipList's value. */
export type ClipListValue = { rows: ClipRow[]; empty?: string; waiting?: undefined } | { waiting: number };

/** From Python: clips_to_pick; `codes` is base64 of little-endian int32, -1 for no label. */
export interface PickerSet {
  fingerprint: string;
  name: string;
  n: number;
  main_facet: string;
  facets: Record<string, { names: string[]; codes: string }>;
}

/** From Python: Notice's value, as `said` makes it. */
export interface NoticeValue {
  text: string;
  tone: "" | "bad" | "busy";
  fraction?: number | null;
}

/** From Python: summary_of */
export interface DataSummaryValue {
  name: string;
  clips: number;
  seconds: number;
  group: string | null;
  facets: { name: string; labels: number; examples: [string, number][] }[];
  skipped: FileList;
  warnings: FileList;
}
export interface FileList {
  n: number;
  rows: { file: string; reason: string }[];
}

export type Scalar = string | number | boolean | null;

/** From Python: training.settings.Setting, as settings_group describes it. */
export interface Setting {
  name: string;
  kind: "bool" | "int" | "float" | "str";
  optional: boolean;
  default: Scalar;
  meaning: string;
  low: number | null;
  high: number | null;
  choices: string[] | null;
  scale: "linear" | "log";
  switch: boolean;
}

/** From Python: settings_group */
export interface SettingsGroup {
  name: string;
  title: string;
  settings: Setting[];
  values: Record<string, Scalar>;
  open: boolean;
}

/** From Python: SettingsForm's value; the browser adds what was filled in, and the first mistake in words. */
export interface SettingsValue {
  groups: SettingsGroup[];
  filled?: Record<string, Record<string, Scalar>>;
  wrong?: string;
}

type BeforeAfter = [number | null, number | null];

/** From Python: what one method reached on one data set; null for what wasn't measured. */
export interface MethodFigures {
  knn: BeforeAfter;
  probe: BeforeAfter;
  suited: BeforeAfter | null;
  beats: string | null;
  speed: number | null;
  std: number | null;
  rank: number | null;
}

/** From Python: a row of MethodTable. */
export interface MethodRow {
  name: string;
  title: string;
  family: string;
  year: number;
  negatives: boolean;
  needs: string | null;
  suits: string;
  figures: Record<string, MethodFigures | null>;
}

/** From Python: MethodTable's value. */
export interface MethodTableValue {
  families: string[];
  rows: MethodRow[];
  data: { name: string; facet: string }[];
  chosen: string;
}

/** From Python: LiveChart's value. */
export interface ChartsValue {
  run?: string | null;
  compare?: string | null;
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
}

/** From Python: SimilarityChart's value. */
export interface SimilarityValue {
  rows: { step: number; cosine: number; percentile: number; low: number; median: number; high: number }[];
  text?: string;
  tone?: string;
}

// ---------------------------------------------------------------- what modules share

// A row may hold other things than numbers; whoever reads one looks whether it is finite.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/** What `mount` is given beside its element: the component's value and settings, and the ways to the server. */
export interface Part<Value, Settings = unknown> {
  props: { value: Value | null } & Settings;
  trigger: (event: string, detail: object) => void;
  watch: (name: string, listener: () => void) => void;
}

/** What `fetchJson` and `fetchBytes` take. */
export interface Waiting {
  signal?: AbortSignal;
  seconds?: number;
}

/** An error with the server's status where the server answered. */
export type Refusal = Error & { status?: number };

type TagOf<Spec extends string> = Spec extends `${infer Tag}.${string}` ? Tag : Spec;
/** The element that `make` makes: "button.round" is a button. */
export type Made<Spec extends string> =
  TagOf<Spec> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<Spec>] : HTMLElement;

type Listeners = { [Type in keyof HTMLElementEventMap as `on${Type}`]?: (event: HTMLElementEventMap[Type]) => void };
export interface Attributes extends Listeners {
  style?: Partial<Record<keyof CSSStyleDeclaration, string>>;
  [name: string]: Loose;
}

export type Child = Node | string | null | undefined;

export type IconName = "play" | "pause" | "stop" | "search" | "back" | "forward" | "close";

/** A colour of a class, and the sign it is drawn with. */
export interface Look {
  colour: string;
  marker: string;
}

/** A lens picture with its numbers, row by row. */
export type LensNumbers = Omit<LensPicture, "values"> & { values: Float32Array };

/** A spectrogram with its bytes: `cells` band by band, `peaks` as lowest and highest of each column. */
export type SpectrogramCells = Omit<SpectrogramImage, "peaks"> & { cells: Uint8Array; peaks: Int8Array };

/** A row or column of a lens figure. */
export interface LensPart {
  axis: string;
  index: number;
}

/** What one kind of lens figure is to the view that holds it. */
export interface LensFigure {
  box: HTMLElement;
  update: (pictures: LensPicture[]) => void;
  mark: (part: LensPart | null) => void;
  say: (text: string) => void;
}

/** What a lens figure may ask of the view that holds it. */
export interface LensHost {
  nameOf: (words: string, i: number) => string;
  hear: (figure: LensFigure, parts: LensPart[], asked: number) => unknown;
  getReady: (index: number) => void;
}
