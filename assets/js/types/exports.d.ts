// Files of an exported run.

import type { Scalar } from "./forms.d.ts";
import type { Lens, LensPicture } from "./pictures.d.ts";
import type { LayoutSummary, RunStatus } from "./runs.d.ts";

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
