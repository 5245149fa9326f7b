// The columns of a run's clips: what each is, its values, and how one value is written.

import { source } from "../core/source.js";
import { isOfTag } from "../selection/tagging.js";
import { tagsOf } from "../selection/tags.js";
import { shortNames } from "./file_names.js";

const KEPT = 60;
export const BETWEEN = "  ·  ";
const FLAG = ["no", "yes"];
const OF_ALL = / \(all\)$/; // the facet of clips that may have several labels each, as training/data/events.py names it
const LABELS_BETWEEN = " + ";
export const FILE = "file"; // the facet of sounds without labels: each is called by its own file
const UNLABELLED = "loudness"; // a map without labels is coloured by this: a colour for each file says nothing

/** @import { Column, Refusal } from "../core/types.d.ts" */

export class Columns {
  /**
   * @param {string} run
   * @param {Column[]} all
   * @param {string} main the facet that names a clip
   */
  constructor(run, all, main) {
    this.run = run;
    this.all = all;
    this.main = all.find((column) => column.name === main) ?? null;
    /** The facet that says what a clip is; null where clips have names alone. */
    this.labels = this.main?.name === FILE ? null : this.main;
    /** @type {Map<string, Promise<Column>>} */
    this.asked = new Map(); // key → promise of a column with its values, oldest first
  }

  /** Whether one of them tells each clip's file, as none does of data of a known layout. */
  get tellFiles() {
    return this.all.some(({ name }) => name === FILE);
  }

  /** Those that the map can be coloured by. */
  get offered() {
    return this.all.filter((column) => column.kind !== "text");
  }

  /**
   * The column of that name, else the labels, else the one for sounds without labels, else the first there is; null where there
   * is none.
   * @param {string | null} name
   */
  find(name) {
    const called = (/** @type {string | null} */ wanted) => this.offered.find((column) => column.name === wanted);
    return called(name) ?? this.labels ?? called(UNLABELLED) ?? this.main ?? this.offered[0] ?? null;
  }

  /**
   * The column with its values at a step. `version` is another one where a map of the same step was made anew.
   * @param {Column} column
   * @param {number} step
   * @param {string | number} version
   * @returns {Promise<Column>}
   */
  at(column, step, version = "") {
    if (column.per === "clip") return Promise.resolve(column);
    const written = { trainer: "", projector: version, page: tagsOf(this.run).value.version }[column.writer];
    const key = `${column.name}\n${step}\n${written}`;
    const known = this.asked.get(key);
    if (known) return known;
    const asking = source.column(this.run, column.name, step).then(
      (found) => {
        if (found.awaited) this.asked.delete(key);
        return found;
      },
      (/** @type {Refusal} */ error) => {
        if (error.status === undefined) this.asked.delete(key); // nobody answered: asked again next time
        return { ...column, values: [] };
      },
    );
    this.asked.set(key, asking);
    for (const oldest of this.asked.keys()) if (this.asked.size > KEPT) this.asked.delete(oldest);
    return asking;
  }

  /**
   * What a clip is called: by its category of the shown column, else by the main facet.
   * @param {number} point
   * @param {Column | null} [shown]
   */
  title(point, shown) {
    const named = this.naming(shown);
    return named ? called(named, point) : `clip ${point + 1}`;
  }

  /**
   * Whether two clips have the same label, or one of several in common; undefined where either has none, or where clips are called
   * by their files, which say nothing of what they are.
   * @param {number} point
   * @param {number} other
   * @param {Column | null} [shown]
   */
  agree(point, other, shown) {
    const named = this.naming(shown);
    if (!named?.values || named.name === FILE) return undefined;
    const [mine, its] = [named.values[point], named.values[other]];
    if (!(mine >= 0 && its >= 0)) return undefined;
    const others = this.haveSeveral(shown) ? named.names[its].split(LABELS_BETWEEN) : [];
    return mine === its || named.names[mine].split(LABELS_BETWEEN).some((label) => others.includes(label));
  }

  /** Whether the labels that clips are called by may be several of one clip. @param {Column | null} [shown] */
  haveSeveral(shown) {
    return OF_ALL.test(this.naming(shown)?.name ?? "");
  }

  /**
   * Its value of the shown column, its other categories and texts, in one line; its file with its folders, where the title left
   * them out.
   * @param {number} point
   * @param {Column | null} [shown]
   */
  facts(point, shown) {
    const inWords = (/** @type {Column} */ column) =>
      column.kind === "text" ? Boolean(column.values?.[point]) : column.kind === "category" && told(column, point);
    return this.lines(shown, inWords, point).map(titled(point)).join(BETWEEN);
  }

  /**
   * All that is known of it.
   * @param {number} point
   * @param {Column | null} [shown]
   */
  everything(point, shown) {
    return this.lines(shown, (column) => told(column, point), point)
      .map(titled(point))
      .join(BETWEEN);
  }

  /**
   * `facts` where there is little room, and the end is cut: the shown value comes first and without its title, then the file
   * without its folders, by which clips are told apart, and then the tags, which may be long and also be what is shown. What only
   * says the title once more is left out.
   * @param {number} point
   * @param {Column | null} [shown]
   * @param {string} [file] to be said too, where no column tells it
   */
  brief(point, shown, file = "") {
    /** @param {Column} column */
    const place = (column) =>
      column.writer === "page" && column.kind === "category" ? 2 : column === shown ? 0 : column.name === FILE ? 1 : 3;
    /** @param {Column} column */
    const said = (column) => {
      if (column.name === FILE) return called(column, point).split("/").pop();
      return column === shown ? written(column, point) : titled(point)(column);
    };
    const title = this.title(point, shown);
    const adds = (/** @type {Column} */ column) => column.writer === "page" || written(column, point) !== title;
    const lines = this.lines(shown, (column) => column.kind === "category" && told(column, point) && adds(column));
    return [{ at: 1, words: file }, ...lines.map((column) => ({ at: place(column), words: said(column) }))]
      .filter(({ words }) => words)
      .sort((a, b) => a.at - b.at)
      .map(({ words }) => words)
      .join(BETWEEN);
  }

  /**
   * The shown column and the `wanted` others of clips, but the one that is the title, unless the title of `point` leaves some out.
   * @param {Column | null | undefined} shown
   * @param {(column: Column) => boolean} wanted
   * @param {number} [point]
   */
  lines(shown, wanted, point) {
    const named = this.naming(shown);
    const known = this.all.filter((column) => column.per === "clip" && !isOfTag(column)); // one column says all tags
    const rest = known.filter((column) => column.name !== shown?.name && wanted(column));
    const more = (/** @type {Column} */ column) =>
      point !== undefined && column.name === FILE && called(column, point) !== written(column, point);
    return [...(shown ? [shown] : []), ...rest].filter((column) => column.name !== named?.name || more(column));
  }

  /** The column that clips are called by. @param {Column | null | undefined} shown */
  naming(shown) {
    return shown && namesClips(shown) ? shown : this.main;
  }
}

/** @type {(column: Column | null | undefined) => boolean | undefined} Tags add to what a clip is, and don't name it. */
const namesClips = (column) => column?.kind === "category" && column.per === "clip" && column.writer !== "page";

/** @type {(column: Column, point: number) => boolean} A clip without a label or a tag is not said to have none. */
const told = (column, point) => (column.kind !== "category" && column.writer !== "page") || column.values?.[point] >= 0;

/** @type {(point: number) => (column: Column) => string} */
const titled = (point) => (column) => `${column.title}: ${written(column, point)}`;

/** A category as the legend has it. @type {(column: Column, point: number) => string} */
const called = (column, point) => namesOf(column)[column.values?.[point]] ?? missing(column);

/**
 * One value in words, with its unit.
 * @param {Column} column
 * @param {number} point
 */
export function written(column, point) {
  const value = column.values?.[point];
  if (column.kind === "text") return value || "none";
  if (column.kind === "number") return number(value, column);
  return (column.kind === "flag" ? namesOf(column) : column.names)[value] ?? missing(column);
}

/** What is said of a clip that has no value of a column that is no number. @param {Column} column */
export const missing = ({ kind, writer }) => (kind === "flag" ? "no value" : writer === "page" ? "no tag" : "no label");

/**
 * Whether a column of numbers is a time of day, whose end is its beginning.
 * @param {Pick<Column, "unit" | "low" | "high">} column
 */
export const isTimeOfDay = ({ unit, low, high }) => unit === "h" && low === 0 && high === 24;

/** @type {(hours: number) => string} "04:30"; the end of the day is "24:00", and what is nearly there begins the next. */
function clock(hours) {
  const minutes = Math.round(hours * 60) % (hours < 24 ? 1440 : Number.POSITIVE_INFINITY);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => `${part}`.padStart(2, "0")).join(":");
}

/**
 * A number with its decimals and its unit; a time of day as a clock shows it.
 * @param {number | null | undefined} value
 * @param {Pick<Column, "digits" | "unit" | "low" | "high">} column
 */
export function number(value, column) {
  const { digits, unit } = column;
  if (typeof value !== "number" || !Number.isFinite(value)) return "no value";
  if (isTimeOfDay(column)) return clock(value);
  const text = digits < 0 ? value.toExponential(2) : value.toFixed(Math.min(digits, 20));
  return `${text.replace("-", "−")}${unit ? ` ${unit}` : ""}`;
}

/**
 * What false and true of a flag are called, or the codes of a category, of which files are called in short.
 * @param {Column} column
 */
export function namesOf({ name, kind, names }) {
  if (kind === "flag" && !names.length) return FLAG;
  return name === FILE ? shortNames(names) : names;
}
