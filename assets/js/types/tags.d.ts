// Tags, and clips that are suggested, suspected or taken away.

import type { Neighbour } from "./map.d.ts";

/**
 * From Python: tag → numbers of the run's clips that carry it, and `noes` of those that were said not to; `known` are all tags,
 * also of other sounds. `kept`: whether the server keeps them or leaves it to the browser; `row` takes back the change that was
 * made.
 */
export interface TagsValue {
  kept: "server" | "browser";
  version: string;
  tags: Record<string, number[]>;
  noes: Record<string, number[]>;
  known: string[];
  row?: string;
}

/** Clips carry a tag, are said not to, or neither any longer; as the rows of the file of tags call it. */
export type TagKind = "add" | "not" | "remove";

/** To Python: what is said of clips. */
export interface TagChange {
  tag: string;
  clips: number[];
  kind: TagKind;
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

/** From Python: explorer.web.routes.suspects: why there is no list yet; `soon`: whether it is being made. */
export interface NoSuspectsYet {
  note: string;
  soon: boolean;
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
    /** more clips of its file of which the same is to be said */
    also: number[];
  }[];
  caution: string;
  most: number;
  heard: boolean;
}
