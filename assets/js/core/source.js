// Where the page reads from: one interface, and which source answers it. `LiveSource` (source_live.js) asks the server,
// `StaticSource` (source_static.js) reads the files of an exported run. No other module fetches anything.
//
// A page says once which it is, before any part is mounted:
//     useSource(new LiveSource());
// Parts need nothing of Gradio: a module's `mount(element, {props, trigger, watch})` can be called by any page, with
//     mount(element, { props: { panel: true }, trigger: () => {}, watch: () => {} });
// props holds the part's own settings and its `value` (of map, charts, lens and run_state none is needed: they show what
// view.js says); `watch("value", call)` tells of another value; `trigger(name, data)` tells the page what a visitor asked.
//
// Answers are promises. One that fails is rejected with an Error whose message is one sentence for the visitor. Its
// `status` is a number where the source answered that there is no such thing (404), or not yet (503), and is missing
// where nobody answered, so that asking again may help.

/** @import { Baselines, Column, Lens, Measured, MethodCard, Moved, Neighbour, News, Places, Points } from "./types.d.ts" */
/** @import { RunList, RunSchema, RunSettingsAnswer, Sound, SpectrogramImage } from "./types.d.ts" */
/** @import { TextMatches, Twins, ViewPair, ViewsAlike } from "./types.d.ts" */
/** @import { Suggestions, TagChange, TagsValue, TakeAway } from "./types.d.ts" */
/** @import { Knowledge, KnowledgeAsked, NoSuspectsYet, SuspectList } from "./types.d.ts" */
/** @typedef {"status" | "metrics" | "layouts" | "solid"} NewsPart */

/**
 * @typedef {object} Source
 * @property {string} plotly  address of plotly.js, for a <script>
 * @property {boolean} server  whether a server answers, which makes maps in space and tables, and suggests clips
 * @property {number} picturesAtOnce  of how many clips `pictures` may be asked for at once
 * @property {(changed?: boolean) => Promise<RunList>} runs  with `changed` also which settings are not as usual
 * @property {(run: string, parts: NewsPart[], since: string) => Promise<News>} news
 *   all that moved, in one answer; `since` is the cursor of the rows that are known, "" at first
 * @property {(run: string) => Promise<RunSchema>} schema  what the run holds: see training/run/schema.py
 * @property {(run: string) => Promise<Baselines>} baselines  what its measures are compared with; {} at first
 * @property {(run: string) => Promise<Points>} points
 * @property {(run: string, name: string, step: number | null) => Promise<Column>} column
 *   one column with its values for every point; `step` where they are another at each snapshot, else null
 * @property {(run: string, step: number, axes?: 2 | 3) => Promise<Places>} layout
 * @property {(run: string, step: number, point: number, count: number) => Promise<Neighbour[]>} neighbours
 * @property {(run: string, before: number, after: number, count: number) => Promise<Moved>} moved
 *   the clips whose true neighbours changed most between two steps, the one that did most first
 * @property {(run: string) => Promise<SuspectList | NoSuspectsYet>} suspects  clips worth a second hearing
 * @property {(run: string) => Promise<number[]>} lensSteps
 * @property {(run: string, step: number) => Promise<Lens>} lens
 * @property {(run: string, step: number | null) => Promise<Measured>} measured  at the newest step where it is null
 * @property {(run: string) => Promise<Knowledge>} knowledge  what its model knows, as far as it was computed
 * @property {(run: string) => Promise<{asked: KnowledgeAsked}>} computeKnowledge  begins to compute it anew
 * @property {(sound: Sound) => Promise<ArrayBuffer>} sound  a sound file that browsers can decode
 * @property {(fingerprint: string, indices: number[]) => Promise<SpectrogramImage[]>} pictures
 * @property {(fingerprint: string, text: string) => Promise<TextMatches>} clipsWith
 *   clips of a data set with a text in a label or in their file's name
 * @property {(token: string) => Promise<SpectrogramImage>} uploadPicture
 * @property {(run: string) => Promise<MethodCard>} method
 * @property {(run: string) => Promise<RunSettingsAnswer>} settings  what the run was started with
 * @property {(run: string) => Promise<Twins | null>} twins  the run beside its twin, where it has one
 * @property {(query: string) => Promise<ViewPair>} views
 *   two views of a sound, drawn anew; see explorer/web/routes/views.py for what the query says
 * @property {(run: string, query: string) => Promise<ViewsAlike>} alike  how alike the run's model finds them
 * @property {(run: string) => Promise<TagsValue>} tags  which of its clips carry which tags, where the source keeps them
 * @property {(run: string, change: TagChange) => Promise<TagsValue>} changeTags  with the `row` that takes it back
 * @property {(run: string, tag: string, to: string) => Promise<TagsValue>} renameTag  as `changeTags`
 * @property {(run: string, row: string) => Promise<TagsValue>} undoTags
 * @property {(run: string, yes: number[], no: number[]) => Promise<Suggestions>} suggest
 *   clips like those that carry a tag (`yes`), not like those that were tagged otherwise (`no`)
 * @property {(run: string, kind: string, asked: TakeAway) => Promise<Blob>} takeAway  clips as a file of a kind
 */

/** @type {Source} The page's source. */
export let source;

/**
 * Which source this page reads from.
 * @param {Source} chosen
 */
export function useSource(chosen) {
  source = chosen;
}

/**
 * One text per sound.
 * @param {Sound | null | undefined} sound
 */
export function soundKey(sound) {
  if (!sound) return "";
  if (sound.views !== undefined) return `v:${sound.which}:${sound.views}`;
  return sound.upload !== undefined ? `u:${sound.upload}` : `${sound.fingerprint}:${sound.index}`;
}

/** @type {(a: Sound | null, b: Sound | null) => boolean} */
export const sameSound = (a, b) => soundKey(a) === soundKey(b);

/**
 * The bytes that JSON carries as base64.
 * @param {string} base64
 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Bytes as base64.
 * @param {Uint8Array} bytes
 */
export function base64Of(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
