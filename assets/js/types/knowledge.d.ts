// What a model knows.

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
