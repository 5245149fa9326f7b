// Methods: the card of one, and the table of all.

/** From Python: what a newcomer is told of a run's method; plain text but for `formula`, which is MathML, a statement each. */
export interface MethodCard {
  name: string;
  title: string;
  family: string;
  year: number;
  paper: string;
  summary: string;
  formula: string[];
  /** A symbol of the formula as MathML, and what it stands for. Exports of an earlier version have none. */
  symbols?: [string, string][];
  negatives: boolean;
  prevents_collapse: string;
  breaks: string;
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
  families: { name: string; about: string }[];
  rows: MethodRow[];
  data: { name: string; facet: string }[];
  chosen: string;
}
