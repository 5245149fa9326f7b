// A broken run beside its healthy twin.

import type { Verdict } from "./runs.d.ts";

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
    /** how many steps were planned, where they ended before these */
    early: number | null;
    measures: TwinMeasure[];
    collapsed: boolean | null;
    open: string;
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
