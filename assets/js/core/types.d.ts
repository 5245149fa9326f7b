// What crosses from Python to the page, and what the page's modules share. Nothing here runs: the type checker reads it, and
// a test holds each type that says "from Python" against values that Python makes.

// ---------------------------------------------------------------- what a source answers, from Python

/** From Python: the runs there are, newest first; the one to look at where none was chosen. */
export interface RunList {
  runs: RunRow[];
  latest: string | null;
}

/** From Python: explorer.runs.table; `title` is what a visitor called it, else `own_title`. */
export interface RunRow {
  name: string;
  title: string;
  own_title: string;
  starred: boolean;
  method: string;
  breaks: string[];
  data: string;
  /** settings that differ from the method's defaults, in words; null where that was not asked */
  changed: string[] | null;
  /** the best cross-group kNN of the main facet, and what needs no training: random_init, mfcc, log_mel, chance */
  score: { value: number; step: number; facet: string; beside: { [baseline: string]: number } } | null;
  warning: string;
  /** of training so far */
  seconds: number;
  /** Unix time; null where that is not known */
  begun: number | null;
  state: RunStateName;
  read_only: boolean;
}

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
  | "exported"
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
  verdict?: Verdict | null;
  device: string;
  heartbeat: number;
  updated: number;
  process: Record<string, unknown> | null;
  read_only: boolean;
  /** whether a loop that Hearsight doesn't know trains it */
  watched?: boolean;
  /** of a run that waits: its place in the queue, the run that has the device, and whether that one is paused */
  place?: number | null;
  behind?: string | null;
  paused?: boolean;
}

/** From Python: training.run.verdict.Verdict, a judgement on a run. */
export interface Verdict {
  kind: string;
  title: string;
  step: number;
  since_step: number;
  sentence: string;
  evidence: { key: string; value: number; bound: number; words: string }[];
  cause: string;
  remedy: string;
  /** the best snapshot so far, told without labels; missing in runs of before it was told */
  best_step?: number | null;
}

/** From Python: one line of metrics.jsonl; what isn't finite is null. */
export type MetricRow = { step?: number; seconds?: number; resumed_from?: number } & { [key: string]: Loose };

/** From Python: explorer.runs.metrics.Rows: those after a cursor; with `void` all rows before are to be forgotten. */
export interface MetricNews {
  cursor: string;
  void: boolean;
  rows: MetricRow[];
}

/** From Python: training.run.schema.Line, a level beside a curve. */
export interface CurveLine {
  text: string;
  value: number | null;
  baseline: string[];
  look: "plain" | "warm" | "dotted";
}

/** From Python: training.run.schema.Curve */
export interface Curve {
  key: string;
  title: string;
  unit: string;
  digits: number;
  meaning: string;
  convention: string;
  source: string;
  lines: CurveLine[];
  chart: string;
  rhythm: "step" | "snapshot";
  collapse: "" | "lower" | "higher";
}

/**
 * From Python: training.run.schema.Column. `values`, one a clip, are numbers or null for a number, codes into `names` or -1
 * for a category, 0, 1 or -1 for a flag, texts for a text.
 */
export interface Column {
  name: string;
  title: string;
  kind: "category" | "number" | "flag" | "text";
  per: "clip" | "snapshot";
  unit: string;
  digits: number;
  meaning: string;
  names: string[];
  low: number | null;
  high: number | null;
  writer: "trainer" | "projector" | "page";
  values?: Loose[];
  /** whether its values of this step will come later */
  awaited?: boolean;
}

/** From Python: training.run.schema.Schema */
export interface RunSchema {
  version: number;
  curves: Curve[];
  columns: Column[];
  pictures: (Omit<LensPicture, "low" | "high" | "shape" | "values"> & { low: number | null; high: number | null })[];
  verdicts: { kind: string; title: string; meaning: string }[];
}

/** From Python: which steps have a map; `version` changes when one was made anew, `snapshots` is how many there will be. */
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
  /** the same of maps in space */
  solid?: LayoutSummary;
}

/** From Python: training.bands.Band, lowest and highest of a measure in healthy runs of a method. */
export interface Band {
  steps: number[];
  low: number[];
  high: number[];
  runs: number;
  data: string[];
}

/** From Python: baselines.json, facet → what needs no training → value; and the bands of the method by the key of the curve. */
export interface Baselines {
  main_facet?: string;
  bands?: Record<string, Band>;
  loss?: { value: number | null; meaning: string };
  cross_group_knn?: Record<string, Record<string, number | null>>;
  [measure: string]: unknown;
}

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

/**
 * From Python: tag → numbers of the run's clips that carry it; `known` are all tags, also of other sounds. `kept`: whether
 * the server keeps them or leaves it to the browser; `row` takes back the change that was made.
 */
export interface TagsValue {
  kept: "server" | "browser";
  version: string;
  tags: Record<string, number[]>;
  known: string[];
  row?: string;
}

/** To Python: clips that are to carry a tag, or no longer. */
export interface TagChange {
  tag: string;
  clips: number[];
  remove: boolean;
}

/** From Python: untagged clips with the probability (`score`) that they carry a tag, best first. */
export interface Suggestions {
  step: number;
  likely: Neighbour[];
  uncertain: Neighbour[];
}

/** To Python: which clips (null: all) are taken away, with which tags, as of which step. */
export interface TakeAway {
  clips: number[] | null;
  tags: Record<string, number[]>;
  step: number | null;
}

/** From Python: explorer.suspects: of the newest snapshot; `heard`: whether the sounds themselves were looked at. */
export interface SuspectList {
  step: number;
  facet: string;
  /** kind → what it is called */
  kinds: Record<string, string>;
  rows: {
    kind: string;
    clip: number;
    label: string;
    reason: string;
    beside: { clip: number; label: string }[];
  }[];
  caution: string;
  most: number;
  heard: boolean;
}

/** A number at each of some steps; null where it was not computed yet. */
export interface KnownCurve {
  steps: number[];
  values: (number | null)[];
}

export interface KnownFacet {
  facet: string;
  labels: number;
  /** whether it says where a clip comes from, and so is asked across recordings */
  group: boolean;
  chance: number | null;
  knn: KnownCurve;
  probe: KnownCurve;
  baselines: Record<string, { knn: number | null; probe: number | null }>;
}

export interface KnownCandidate {
  name: string;
  meaning: string;
  among: string;
  /** at each of the part's steps */
  agreement: (number | null)[];
  error: number | null;
  label: number | null;
  beyond: number | null;
  association: number | null;
  judged: string;
}

export interface KnownAugmentation {
  name: string;
  title: string;
  meaning: string;
  /** index of the run's own strength */
  own: number;
  strengths: number[];
  said: string[];
  similarity: { trained: number[]; untrained: number[] };
  knn: { trained: number[]; untrained: number[] };
  judged: string[];
}

/** From Python: where the computation of what a run knows stands. */
export interface KnowledgeAsked {
  name: string;
  fraction: number;
  text: string;
  error: string;
  done: boolean;
}

/** From Python: training.knowledge.kept, each part or null, and explorer.web.routes.knowledge. */
export interface Knowledge {
  facets: { step: number; clips: number; note: string; facets: KnownFacet[] } | null;
  shortcuts: {
    step: number;
    label: string;
    neighbours: number;
    bins: number;
    clips: number;
    steps: number[];
    agreement: (number | null)[];
    error: number | null;
    sentences: string[];
    note: string;
    candidates: KnownCandidate[];
  } | null;
  invariance: {
    step: number;
    facet: string;
    clips: number;
    bank: number;
    chance: number | null;
    domain: string;
    note: string;
    unchanged: { trained: number | null; untrained: number | null };
    augmentations: KnownAugmentation[];
  } | null;
  newest: number | null;
  front_end: Record<string, unknown>;
  asked: KnowledgeAsked | null;
  /** whether it can be computed here */
  offered: boolean;
  heard: { fingerprint: string; sounds: boolean; note: string };
}

/** From Python: a picture of a lens; `values` is base64 of little-endian float32, row by row. */
export interface LensPicture {
  name: string;
  title: string;
  meaning: string;
  kind: string;
  rows: string;
  columns: string;
  series: string[];
  low: number;
  high: number;
  /** what a matrix is to become: "identity", "diagonal", "shares" or "" */
  shows: string;
  shape: number[];
  values: string;
}

/** From Python: what a method's loss sees at a step; `clips` says which clip stands behind a row or column. */
export interface Lens {
  step: number;
  pictures: LensPicture[];
  clips: { clip: number; label: string; note: string }[];
  fingerprint: string;
  sounds: boolean;
  note: string;
}

/** From Python: explorer.runs.measured; `names` says by the words of an axis what its entries are called. */
export interface Measured {
  step: number;
  pictures: LensPicture[];
  names: Record<string, string[]>;
  note: string;
}

/** From Python: explorer.web.routes.picture_values; both arrays are base64 of bytes. */
export interface SpectrogramImage {
  seconds: number;
  /** null of a view that has no waveform, and then no `peaks` either */
  rms_db: number | null;
  peak_db: number | null;
  mels: number;
  frames: number;
  hop_seconds: number;
  mel_hz: number[];
  low_db: number;
  high_db: number;
  spectrogram: string;
  peaks: string;
}

/** From Python: what a newcomer is told of a run's method; plain text but for `formula`, which is LaTeX. */
export interface MethodCard {
  name: string;
  title: string;
  family: string;
  year: number;
  paper: string;
  summary: string;
  formula: string;
  negatives: boolean;
  prevents_collapse: string;
  breaks: string;
}

/** From Python: data/run.json of an export: explorer.export.write. A run that was still at work has the state "exported". */
export interface ExportedRun {
  format: number;
  name: string;
  title: string;
  status: Pick<RunStatus, "state" | "step" | "steps" | "seconds" | "progress" | "warning" | "warned_by" | "verdict">;
  layouts: LayoutSummary;
  neighbours: number[];
  columns: number[];
  lens: number[];
  settings: Record<string, Scalar | Record<string, Scalar>>;
  /** how many points there are, and how many nearest ones of each are known */
  clips: number;
  near: number;
}

/** From Python: data/lens/S.json of an export; values of one byte go evenly from low to high, those of four are float32. */
export interface ExportedLens {
  step: number;
  pictures: (LensPicture & { bytes: 1 | 4 })[];
  clips: Lens["clips"];
}

// ---------------------------------------------------------------- values of components, from Python

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

/** From Python: two views of a sound, and what was done to it in a line each; `note` is of the method, or "". */
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

/** To Python: the run that is looked at; from Python, of the choice of a run: one that is to be ("": none). */
export interface RunValue {
  run: string | null;
}

/** From Python: RunTable's value, as `answered` makes it; `trouble` is "" where all was done. */
export interface RunTableValue {
  asked: number;
  trouble: string;
}

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

/** From Python: a row of a ClipList. */
export interface ClipRow {
  sound: Sound | null;
  label?: string;
  note?: string;
  score?: number;
  rank?: number;
  clip?: number;
  point?: number;
  /** whether it has the label of the sound that it is near to */
  agrees?: boolean;
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
  /** a file to be downloaded, at an address relative to the page */
  link?: { address: string; words: string };
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

/** From Python: training.units.Unit */
export type SettingUnit = "" | "s" | "Hz" | "dB" | "share" | "ratio" | "neper" | "memory";

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
  unit: SettingUnit;
  switch: boolean;
}

/** From Python: explorer.runs.run_settings: one setting of a run beside the default of its method */
export interface OwnSetting {
  name: string;
  title: string;
  value: Scalar;
  default: Scalar;
  unit: SettingUnit;
  changed: boolean;
}

/** From Python: explorer.runs.run_settings.run_settings */
export interface RunSettingsAnswer {
  method: string;
  encoder: string;
  usual_encoder: boolean;
  data: string;
  breaks: string[];
  settings: OwnSetting[];
  /** what is to be known of these settings; empty where Hearsight trained the run */
  note: string;
  /** whether a loop that Hearsight doesn't know trains it */
  watched: boolean;
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

/** From Python: SimilarityChart's value. */
export interface SimilarityValue {
  rows: { step: number; cosine: number; percentile: number; low: number; median: number; high: number }[];
  text?: string;
  tone?: string;
}

export type TwinRole = "broken" | "healthy";
export type Direction = "lower" | "same" | "higher";

/** From Python: training.twins.Measured, one measure of two runs of which one is broken on purpose. */
export interface TwinMeasure {
  name: string;
  broken: number | null;
  healthy: number | null;
  happened: Direction | null;
  predicted: Direction | null;
  right: boolean | null;
}

/** From Python: explorer.runs.twins.twins_of; `expected` is "" until both have ended. */
export interface Twins {
  runs: Record<TwinRole, string>;
  method: string;
  wrong: { name: string; title: string; does: string; expected: string };
  prediction: { loss: Direction; spread: Direction; rank: Direction; knn: Direction; collapses: boolean } | null;
  outcome: {
    step: number;
    ended: boolean;
    measures: TwinMeasure[];
    collapsed: boolean | null;
    predicted: boolean | null;
    right: boolean | null;
  } | null;
  verdicts: Record<TwinRole, Verdict | null>;
}

/** From Python: what can be done wrong, by method; `method` is the form's. */
export interface CollapseOffers {
  method: string;
  famous: { method: string; wrong: string; title: string }[];
  methods: { name: string; title: string; wrongs: { name: string; title: string; does: string }[] }[];
}

/** From Python: explorer.components.make_collapse */
export interface MakeCollapseValue {
  offers?: CollapseOffers;
  asked?: number;
  runs?: string[];
  trouble?: string;
  weighed?: number;
  takes?: string;
}

// ---------------------------------------------------------------- what modules share

// A row may hold other things than numbers; whoever reads one looks whether it is finite.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/** What `mount` is given beside its element: the component's value and settings, and the ways to the server. */
export interface PartWith<Settings, Value> {
  props: { value: Value | null } & Settings;
  trigger: (event: string, detail: object) => void;
  watch: (name: string, listener: () => void) => void;
}
export type Part<Value> = PartWith<unknown, Value>; // one without settings of its own

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

export type IconName =
  | ("play" | "pause" | "stop" | "search" | "back" | "forward" | "close" | "add" | "edit" | "repeat")
  | ("minus" | "hand" | "box" | "lasso" | "fit" | "camera");

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
  /** what ends its listening, once other figures take its place */
  leave?: () => unknown;
}

/** What a lens figure may ask of the view that holds it. */
export interface LensHost {
  nameOf: (words: string, i: number) => string;
  hear: (figure: LensFigure, parts: LensPart[], asked: number) => unknown;
  getReady: (index: number) => void;
}
