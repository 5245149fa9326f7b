// What is looked at, as one table: each property with its word in the address, its default, what it may be, and how it is
// written. The address is what somebody may have been sent, so whatever comes back from it is checked here.
// Nothing of a visitor's own can stand in it: no upload, no path, no filter that was typed (`query` has no word, and so stays
// on the page); a run's name holds no slash. The words that Find searches sounds by are there, since they are what a link to
// their hits must say.

/**
 * @typedef {object} Looked
 * @property {string | null} tab  word of a tab of the page
 * @property {string[]} runs  names of the run that is looked at, and of those that are laid over it; at most MOST_RUNS
 * @property {number | null} step  the snapshot that is shown; null for the newest
 * @property {boolean} follow  whether a new snapshot is gone to as it comes; only with step null
 * @property {boolean} solid  whether the map is one in space, with a third axis
 * @property {number | null} clip  the chosen clip, by its number in the data of the run
 * @property {string} words  the words that Find searches sounds by, in place of a clip; "" for none
 * @property {string | null} method  word of a method
 * @property {number[] | "not-included"} selection  selected clips, by number; NOT_INCLUDED where a link had too many
 * @property {string | null} colour  name of the column that the map is coloured by; null for the data's main facet
 * @property {string[]} filter  the categories of that column that are kept; none for all
 * @property {[low: number | null, high: number | null] | null} between  the numbers of that column that are kept; of times of
 *   day, from a later to an earlier one is across midnight
 * @property {string} query  what the labels and files of the clips that are kept hold, in words; never in the address
 */

export const MOST_RUNS = 24; // more are asked for news than a page should ask for
export const MOST_SELECTED = 50; // that travel in a link
export const NOT_INCLUDED = "not-included";
export const LONGEST_WORDS = 500; // characters of a question in words, as explorer/search/words.py has it
const LONGEST = 200; // characters of a name

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const text = (value) =>
  typeof value === "string" && value.length > 0 && value.length <= LONGEST && !/\p{C}/u.test(value);
/** @type {Check} */
const name = (value) => text(value) && !/[/\\]/.test(value) && !/^\.+$/.test(value);
/** @type {Check} */
const label = (value) => typeof value === "string" && value.length <= LONGEST; // only ever compared with labels
/** @type {Check} */
const asked = (value) =>
  typeof value === "string" && value.length <= LONGEST_WORDS && value === value.trim() && !/\p{C}/u.test(value);
/** @type {Check} */
const word = (value) => typeof value === "string" && /^\w{1,60}$/.test(value);
/** @type {Check} */
const whole = (value) => Number.isInteger(value) && value >= 0 && value < 1e9;
/** @type {(values: any, check: Check) => boolean} */
const distinct = (values, check) =>
  Array.isArray(values) && values.every(check) && new Set(values).size === values.length;

/** @type {Check} */
const ends = ([low, high]) =>
  [low, high].every((end) => end === null || Number.isFinite(end)) && (low ?? high) !== null;

/** @type {(digits: string) => number | null} */
const numberOf = (digits) => (/^\d{1,9}$/.test(digits) ? Number(digits) : null);
/** @type {(texts: string[]) => string} */
const first = ([value]) => value;
/** @type {(value: any) => string[]} */
const one = (value) => [String(value)];

/**
 * A property: `word` in the address, null where it never stands there; `pushes`: whether the browser's button goes back
 * from a change; `ofRun`: whether it speaks of one run and begins anew with another; `check`: whether it may be so, on a
 * page with these tabs; `read`: the texts that stand in the address under its word → its value; `write`: the other way.
 * @typedef {{word: string | null, initial: any, pushes?: boolean, ofRun?: boolean, check: (value: any, tabs: string[]) => boolean,
 *   read: (texts: string[]) => any, write: (value: any) => string[]}} Property
 */

/** @type {Record<string, string>} tabs of former versions, which links still name, and where their things are now */
const FORMER = { train: "live", map: "live" };

/** @type {Record<keyof Looked, Property>} */
export const TABLE = {
  tab: {
    word: "tab",
    initial: null,
    pushes: true,
    check: (tab, tabs) => tab === null || tabs.includes(tab),
    read: ([tab]) => FORMER[tab] ?? tab,
    write: one,
  },
  runs: {
    word: "run",
    initial: [],
    pushes: true,
    check: (runs) => distinct(runs, name) && runs.length <= MOST_RUNS,
    read: (runs) => runs,
    write: (runs) => runs,
  },
  step: {
    word: "step",
    initial: null,
    ofRun: true,
    check: (step) => step === null || whole(step),
    read: ([step]) => numberOf(step),
    write: one,
  },
  follow: {
    word: "follow",
    initial: true,
    ofRun: true,
    check: (follow) => typeof follow === "boolean",
    read: ([follow]) => follow !== "0",
    write: () => ["0"],
  },
  solid: {
    word: "space",
    initial: false,
    check: (solid) => typeof solid === "boolean",
    read: ([solid]) => solid === "1",
    write: () => ["1"],
  },
  clip: {
    word: "clip",
    initial: null,
    ofRun: true,
    check: (clip) => clip === null || whole(clip),
    read: ([clip]) => numberOf(clip),
    write: one,
  },
  words: {
    word: "words",
    initial: "",
    pushes: true,
    check: asked,
    read: ([words]) => words.trim(),
    write: one,
  },
  method: {
    word: "method",
    initial: null,
    pushes: true,
    check: (method) => method === null || word(method),
    read: first,
    write: one,
  },
  selection: {
    word: "selection",
    initial: [],
    ofRun: true,
    check: (ids) => ids === NOT_INCLUDED || distinct(ids, whole),
    read: ([ids]) => (ids === NOT_INCLUDED ? ids : ids.split("-").map(numberOf)),
    write: (ids) => [ids === NOT_INCLUDED || ids.length > MOST_SELECTED ? NOT_INCLUDED : ids.join("-")],
  },
  colour: {
    word: "colour",
    initial: null,
    check: (colour) => colour === null || text(colour),
    read: first,
    write: one,
  },
  filter: {
    word: "filter",
    initial: [],
    ofRun: true,
    check: (kept) => distinct(kept, label) && kept.length <= MOST_SELECTED,
    read: (kept) => kept,
    write: (kept) => kept,
  },
  between: {
    word: "between",
    initial: null,
    ofRun: true,
    check: (between) => between === null || (Array.isArray(between) && between.length === 2 && ends(between)),
    read: ([between]) => between.split("_").map((end) => (end === "" ? null : Number(end))),
    write: ([low, high]) => [`${low ?? ""}_${high ?? ""}`],
  },
  query: {
    word: null,
    initial: "",
    ofRun: true,
    check: label,
    read: first,
    write: one,
  },
};

export const NAMES = /** @type {(keyof Looked)[]} */ (Object.keys(TABLE));

/** @type {Readonly<Looked>} What is looked at where the address says nothing. */
export const INITIAL = Object.freeze(
  /** @type {Looked} */ (Object.fromEntries(NAMES.map((name) => [name, TABLE[name].initial]))),
);

/** @type {(a: unknown, b: unknown) => boolean} */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What an address says, of a page with these tabs; nonsense is as if it weren't there.
 * @param {string} search
 * @param {string[]} tabs
 * @returns {Looked}
 */
export function read(search, tabs) {
  const query = new URLSearchParams(search);
  const state = { ...INITIAL };
  for (const name of NAMES) {
    const { word, check, read } = TABLE[name];
    if (word === null) continue;
    const texts = query.getAll(word);
    const value = texts.length ? read(texts) : INITIAL[name];
    if (check(value, tabs)) Object.assign(state, { [name]: value });
  }
  if (state.step !== null) state.follow = false;
  if (state.words) state.clip = null;
  return state;
}

/**
 * The address's query for what is looked at; what others keep there stays.
 * @param {Looked} state
 * @param {string} search
 */
export function write(state, search) {
  const query = new URLSearchParams(search);
  for (const name of NAMES) {
    const { word, write } = TABLE[name];
    if (word === null) continue;
    query.delete(word);
    const told = !same(state[name], INITIAL[name]) && !(name === "follow" && state.step !== null); // a step says it already
    if (told) for (const value of write(state[name])) query.append(word, value);
  }
  const words = query.toString();
  return words && `?${words}`;
}
