// What runs there are, where each stands, and what it declares: curves, columns, verdicts.

import type { Loose } from "./parts.d.ts";
import type { LensPicture } from "./pictures.d.ts";

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
  /** and a word that runs share which differ in their seed alone; null where there is none, or that was not asked */
  seed: number | null;
  repeats: string | null;
  /** the cross-group kNN of the main facet at the last snapshot, and what needs no training: random_init, mfcc, log_mel, chance */
  score: { value: number; step: number; facet: string; beside: { [baseline: string]: number } } | null;
  warning: string;
  /** of training so far */
  seconds: number;
  /** Unix time at which it was asked for; null where that is not known */
  planned: number | null;
  /** Unix time; null where that is not known, and of a run that still waits for its first trainer */
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
  /** Unix time at which its first trainer began */
  begun?: number | null;
  read_only: boolean;
  /** whether a loop that Hearsight doesn't know trains it */
  watched?: boolean;
  /** what should be known of it beside its state, in a sentence; "" where there is nothing */
  remark?: string;
  /** of a run that waits: its place in the queue, the run that has the device, and whether that one is paused */
  place?: number | null;
  behind?: string | null;
  paused?: boolean;
  /** seconds until its turn may come; null where that can't be told */
  wait?: number | null;
  /** of a run that has finished: how long in all it can be trained here; no lengths where it can't */
  longer?: Longer;
}

/** From Python: explorer.jobs.launcher.Launcher.longer. */
export interface Longer {
  bound: "steps" | "seconds";
  lengths: number[];
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
  /** after how many ms the server wants to be asked again, since many look on; from a server alone */
  again_ms?: number;
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

/** To Python: the run that is looked at; from Python, of the choice of a run: one that is to be ("": none). */
export interface RunValue {
  run: string | null;
}

/** From Python: RunTable's value, as `answered` makes it; `trouble` is "" where all was done. */
export interface RunTableValue {
  asked: number;
  trouble: string;
}
