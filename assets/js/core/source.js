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

/**
 * A sound: a clip of a data set, or one that a visitor sent.
 * @typedef {{fingerprint: string, index: number} | {upload: string}} Sound
 *
 * The runs there are, newest first, each with one line of words; the one to look at where none was chosen.
 * @typedef {{runs: {name: string, title: string}[], latest: string | null}} Runs
 *
 * What moves while a run trains. `status`: the run's state and figures, with `read_only`. `metrics`: rows after the cursor
 * that was given; with `void` all rows before are to be forgotten. `layouts`: which steps have a map; `version` changes
 * when one of them was made anew; `snapshots` is how many there will be.
 * @typedef {object} News
 * @property {Status} [status]
 * @property {{rows: Row[], cursor: string, void: boolean}} [metrics]
 * @property {Layouts} [layouts]
 *
 * @typedef {{state: string, step?: number, steps?: number | null, seconds?: number, message?: string, warning?: string,
 *   progress?: number | null, read_only: boolean} & Record<string, any>} Status
 * A row of metrics: `step`, `seconds` trained and numbers by name; or {resumed_from: step}, which voids later rows.
 * @typedef {Record<string, number>} Row
 * @typedef {{version: string, steps: number[], snapshots: number, kinds: Record<number, "umap" | "pca">,
 *   trust: Record<number, number | null>}} Layouts
 *
 * Places of all points at a step, in the layout's own units.
 * @typedef {{x: Float32Array, y: Float32Array}} Places
 *
 * What the map knows of its points: `clips` are their numbers in the data set; `columns` what each of them is, those that
 * no step changes with their values. `sounds`: whether the clips can be heard; `note`: why not, in a sentence.
 * @typedef {{n: number, clips: number[], columns: import("../map/columns.js").Column[], main_facet: string,
 *   group: string, fingerprint: string, data_name: string, sounds: boolean, note: string}} Points
 *
 * The true nearest points by cosine similarity, nearest first.
 * @typedef {{point: number, clip: number, score: number}} Neighbour
 *
 * What a method's loss sees at a step. `clips` says which clip stands behind a row or column.
 * @typedef {{step: number, pictures: LensPicture[], clips: {clip: number, label: string, note: string}[],
 *   fingerprint: string, sounds: boolean, note: string}} Lens
 * @typedef {{name: string, kind: "matrix" | "bars" | "spectrograms", title: string, meaning: string, rows: string,
 *   columns: string, series: string[], shape: number[], values: string, low: number, high: number}} LensPicture
 *
 * A sound as a picture: `spectrogram` (uint8, mels × frames) and `peaks` (int8, pairs) are base64.
 * @typedef {{seconds: number, rms_db: number, peak_db: number, mels: number, frames: number, hop_seconds: number,
 *   mel_hz: number[], low_db: number, high_db: number, spectrogram: string, peaks: string}} Picture
 *
 * What a newcomer is told of the method that a run trains; plain text but for `formula`, which is LaTeX.
 * @typedef {{name: string, title: string, family: string, year: number, paper: string, summary: string, formula: string,
 *   negatives: boolean, prevents_collapse: string, breaks: string}} MethodCard
 */

/**
 * @typedef {object} Source
 * @property {string} plotly  address of plotly.js, for a <script>
 * @property {() => Promise<Runs>} runs
 * @property {(run: string, parts: ("status" | "metrics" | "layouts")[], since: string) => Promise<News>} news
 *   all that moved, in one answer; `since` is the cursor of the rows that are known, "" at first
 * @property {(run: string) => Promise<Record<string, any>>} schema  what the run holds: see training/run/schema.py
 * @property {(run: string) => Promise<Record<string, any>>} baselines  what its measures are compared with; {} at first
 * @property {(run: string) => Promise<Points>} points
 * @property {(run: string, name: string, step: number | null) => Promise<import("../map/columns.js").Column>} column
 *   one column with its values for every point; `step` where they are another at each snapshot, else null
 * @property {(run: string, step: number) => Promise<Places>} layout
 * @property {(run: string, step: number, point: number, count: number) => Promise<Neighbour[]>} neighbours
 * @property {(run: string) => Promise<number[]>} lensSteps
 * @property {(run: string, step: number) => Promise<Lens>} lens
 * @property {(sound: Sound) => Promise<ArrayBuffer>} sound  a sound file that browsers can decode
 * @property {(fingerprint: string, indices: number[]) => Promise<Picture[]>} pictures  of at most PICTURES_AT_ONCE clips
 * @property {(token: string) => Promise<Picture>} uploadPicture
 * @property {(run: string) => Promise<MethodCard>} method
 */

export const PICTURES_AT_ONCE = 24;

/** @type {Source} The page's source. */
export let source;

/** Which source this page reads from. @param {Source} chosen */
export function useSource(chosen) {
  source = chosen;
}

/** One text per sound. @param {Sound | null} sound */
export function soundKey(sound) {
  if (!sound) return "";
  return sound.upload !== undefined ? `u:${sound.upload}` : `${sound.fingerprint}:${sound.index}`;
}

export const sameSound = (a, b) => soundKey(a) === soundKey(b);

/** The bytes that JSON carries as base64. @param {string} base64 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
