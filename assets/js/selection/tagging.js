// What tags are: how a name is written, what a change makes of them, and the column that they are.

import { counted } from "../core/number_words.js";

const LONGEST = 60; // see training/data/tags.py
const BETWEEN = "  +  "; // two spaces, which no tag holds; see explorer/tags/columns.py

/** @import { Column, Points, TagKind, TagsValue } from "../core/types.d.ts" */

/** @param {string} name */
const spelt = (name) => name.normalize("NFC").trim().replace(/\s+/gu, " ");

/**
 * A tag as it is kept. Throws a sentence where it can be none.
 * @param {string} name
 */
export function tidied(name) {
  const tag = spelt(name);
  if (!tag) throw new Error("The tag is empty; a word or a few were expected.");
  if ([...tag].length > LONGEST)
    throw new Error(`The tag has ${[...tag].length} characters; at most ${LONGEST} were expected.`);
  return tag;
}

/**
 * What is asked before a tag is called as another one is already, which makes them one; "" where none is.
 * @param {Pick<TagsValue, "tags" | "known">} now
 * @param {string} tag
 * @param {string} name
 */
export function mergeQuestion({ tags, known }, tag, name) {
  const other = spelt(name);
  if (other === tag || !(Object.hasOwn(tags, other) || known.includes(other))) return "";
  const [mine, its] = [tag, other].map((each) => counted(clipsOf(tags, each).length, "clip"));
  return `There is a tag “${other}” already, on ${its} here, and “${tag}” is on ${mine}; make them one? Undo separates them again.`;
}

/**
 * What a change does, in words.
 * @param {string} tag
 * @param {number} clips how many
 * @param {TagKind} kind
 * @param {boolean} [no] whether it is of a no for the tag, and not of the tag itself
 */
export const changeWords = (tag, clips, kind, no = kind === "not") =>
  `${no ? `a no for ${tag}` : tag} ${kind === "remove" ? "taken off" : "given to"} ${counted(clips, "clip")}`;

/**
 * What a browser's storage holds of tags; what is no tag with its clips is left out.
 * @param {string | null} stored
 * @returns {Record<string, number[]>}
 */
export function kept(stored) {
  try {
    const found = Object.entries(JSON.parse(stored ?? "{}") ?? {});
    return Object.fromEntries(found.filter(([, clips]) => Array.isArray(clips) && clips.every(Number.isInteger)));
  } catch {
    return {};
  }
}

/**
 * The clips that carry a tag. What every object has, such as "constructor", may be a tag too.
 * @param {Record<string, number[]>} tags
 * @param {string} tag
 */
export const clipsOf = (tags, tag) => (Object.hasOwn(tags, tag) ? tags[tag] : []);

/**
 * The tag that most of some clips carry, the first of several; "" where none does.
 * @param {Record<string, number[]>} tags
 * @param {string[]} names in their order
 * @param {number[]} clips
 */
export function commonest(tags, names, clips) {
  const asked = new Set(clips);
  const on = names.map((name) => clipsOf(tags, name).filter((clip) => asked.has(clip)).length);
  const most = Math.max(0, ...on);
  return most ? names[on.indexOf(most)] : "";
}

/**
 * Tag → clips after a change; a tag that no clip carries is none.
 * @param {Record<string, number[]>} tags
 * @param {string} tag
 * @param {number[]} clips
 * @param {boolean} remove
 * @returns {Record<string, number[]>}
 */
export function clipsByTag(tags, tag, clips, remove) {
  const before = clipsOf(tags, tag);
  const given = new Set(clips);
  const after = remove ? before.filter((clip) => !given.has(clip)) : [...new Set([...before, ...clips])];
  const { [tag]: _, ...rest } = tags;
  return after.length ? { ...rest, [tag]: after } : rest;
}

/**
 * Which clips carry which tags and which have a no for one, after a change: of a tag and a no a clip has the last one alone.
 * @param {{tags: Record<string, number[]>, noes: Record<string, number[]>}} before
 * @param {string} tag
 * @param {number[]} clips
 * @param {TagKind} kind
 */
export const changed = ({ tags, noes }, tag, clips, kind) => ({
  tags: clipsByTag(tags, tag, clips, kind !== "add"),
  noes: clipsByTag(noes, tag, clips, kind !== "not"),
});

/**
 * What was said last of each of these clips and a tag.
 * @param {{tags: Record<string, number[]>, noes: Record<string, number[]>}} now
 * @param {string} tag
 * @param {number[]} clips
 * @returns {Record<TagKind, number[]>}
 */
export function saidOf({ tags, noes }, tag, clips) {
  const carry = new Set(clipsOf(tags, tag));
  const denied = new Set(clipsOf(noes, tag));
  return {
    add: clips.filter((clip) => carry.has(clip)),
    not: clips.filter((clip) => denied.has(clip)),
    remove: clips.filter((clip) => !carry.has(clip) && !denied.has(clip)),
  };
}

/** What all columns of tags have in common. @type {Pick<Column, "per" | "unit" | "low" | "high" | "writer">} */
const OF_TAGS = { per: "clip", unit: "", low: null, high: null, writer: "page" };

/**
 * The tags as a column of clips: those that carry several have all of them in one name.
 * @param {Record<string, number[]>} tags
 * @param {number[]} clips of the points
 * @returns {Column}
 */
export function columnOf(tags, clips) {
  /** @type {Map<number, string[]>} */
  const of = new Map();
  for (const tag of Object.keys(tags).sort())
    for (const clip of tags[tag]) of.set(clip, [...(of.get(clip) ?? []), tag]);
  const said = clips.map((clip) => of.get(clip)?.join(BETWEEN) ?? "");
  const names = [...new Set(said)].filter(Boolean).sort();
  const code = new Map(names.map((name, i) => [name, i]));
  return {
    ...OF_TAGS,
    name: "tags",
    title: "Your tags",
    kind: "category",
    digits: 2,
    meaning: "The tags that you gave to the clip.",
    names,
    values: said.map((name) => code.get(name) ?? -1),
  };
}

/**
 * Tag → clips, as the column of tags says it.
 * @param {Pick<Points, "clips" | "columns">} points
 * @returns {Record<string, number[]>}
 */
export function tagsIn({ clips, columns }) {
  const column = columns.find(({ name, writer }) => name === "tags" && writer === "page");
  /** @type {Map<string, number[]>} */
  const tags = new Map();
  for (const [i, code] of (column?.values ?? []).entries()) {
    const said = typeof code === "number" ? column?.names[code] : undefined;
    for (const tag of said?.split(BETWEEN) ?? []) tags.set(tag, [...(tags.get(tag) ?? []), clips[i]]);
  }
  return Object.fromEntries(tags);
}

const TAG = "tag:"; // before a tag, in the name of its own column; as `finetune --facet` calls it
const MOST_FLAGS = 30;

/** Whether a column says of one tag which clips carry it. @param {Column} column */
export const isOfTag = ({ name, writer }) => writer === "page" && name.startsWith(TAG);

/**
 * A column for each tag, where there are several, which says whether a clip carries it: of clips with more than one the
 * column of all tags shows only which they have together.
 * @param {Record<string, number[]>} tags
 * @param {number[]} clips of the points
 * @returns {Column[]}
 */
export function flagsOf(tags, clips) {
  const names = Object.keys(tags).sort();
  if (names.length < 2) return [];
  return names.slice(0, MOST_FLAGS).map((tag) => {
    const carriers = new Set(tags[tag]);
    return {
      ...OF_TAGS,
      name: TAG + tag,
      title: `Tag: ${tag}`,
      kind: "flag",
      digits: 0,
      meaning: "Whether you gave this tag to the clip.",
      names: ["without", "with"],
      values: clips.map((clip) => Number(carriers.has(clip))),
    };
  });
}

/**
 * Clips that carry a tag, and those that are known not to: they have a no for it, or carry others alone.
 * @param {{tags: Record<string, number[]>, noes: Record<string, number[]>}} said
 * @param {string} tag
 */
export function examples({ tags, noes }, tag) {
  const yes = clipsOf(tags, tag);
  const others = Object.entries(tags).flatMap(([name, clips]) => (name === tag ? [] : clips));
  const carry = new Set(yes);
  return { yes, no: [...new Set([...clipsOf(noes, tag), ...others])].filter((clip) => !carry.has(clip)) };
}
