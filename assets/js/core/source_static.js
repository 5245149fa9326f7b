// The source that reads the files of an exported run, as explorer/export/ wrote them: nothing moves, and no server is asked.
// A file that is missing or damaged fails alone, with one sentence. See source.js.

import { base64Of, bytesOf } from "./source.js";

const FORMAT = 1;
const SCORE_UNITS = 10_000;
const PLACE_LEVELS = 65_535;
const MOST_SMALL = 65_536; // points that two bytes tell apart
const SECONDS = 60;
const KEPT_SOUNDS = 64;
const NEAREST = 10; // whose change says how far a point moved; see explorer/runs/moved.py
const NO_VIEWS = "Views are drawn by the page's server, which an export doesn't have.";

/** @import { NewsPart, Source } from "./source.js" */
/** @import { Column, ExportedLens, ExportedRun, Measured, MetricRow, MethodCard, Moved, Neighbour, Places, Points } from "./types.d.ts" */
/** @import { Knowledge, SuspectList } from "./types.d.ts" */
/** @import { Refusal, RunStatus, Sound, SpectrogramImage, TextMatches, ViewPair, ViewsAlike } from "./types.d.ts" */
/** @typedef {(samples: Float32Array) => SpectrogramImage} Draw */

const HOW = { root: "", decode: async () => new Float32Array(1), draw: /** @type {Draw | null} */ (null) };

/** @type {Omit<RunStatus, "state">} */
const AT_REST = {
  ...{ schema: 1, attempt: 1, step: 0, steps: null, seconds: 0, progress: 0, seconds_left: null, steps_per_second: 0 },
  ...{
    clips_per_second: 0,
    message: "",
    warning: "",
    warned_by: "",
    device: "",
    heartbeat: 0,
    updated: 0,
    process: null,
  },
  read_only: true,
};

/** @type {(...asked: unknown[]) => Promise<never>} */
const nowhere = async () => {
  throw refused("This needs the server of Hearsight, and is not in an export.", 404);
};

/** @implements {Source} */
export class StaticSource {
  /**
   * `root` is the address of the folder "data"; `decode` gives the samples of a sound file at 16 kHz, mono, and `draw` their
   * picture; `onTrouble` is told once of each file that cannot be used.
   * @param {{root?: string, decode?: (bytes: ArrayBuffer) => Promise<Float32Array>, draw?: Draw | null,
   *   onTrouble?: (sentence: string) => void}} how
   */
  constructor({ root = HOW.root, decode = HOW.decode, draw = HOW.draw, onTrouble = () => {} } = {}) {
    this.root = root;
    this.decode = decode;
    this.draw = draw;
    this.onTrouble = onTrouble;
    this.server = false;
    this.picturesAtOnce = 1; // so that a sound that is damaged takes no other's picture along
    this.plotly = new URL("../../plotly.min.js", import.meta.url).href;
    /** @type {Map<string, Promise<any>>} */
    this.read = new Map();
    /** @type {Map<string, Promise<ArrayBuffer>>} */
    this.heard = new Map();
  }

  /** An export holds no tags; those that are given on its page stay in the browser. */
  tags = async () => ({ kept: /** @type {const} */ ("browser"), version: "", tags: {}, known: [] });
  changeTags = nowhere;
  undoTags = nowhere;
  suggest = nowhere;
  takeAway = nowhere;

  /** What the export says of itself. @returns {Promise<ExportedRun>} */
  about() {
    return this.json("run.json", checkedRun);
  }

  async runs() {
    const { name, title, status, settings } = await this.about();
    const [method, data] = [settings?.method, settings?.data].map((text) => (typeof text === "string" ? text : ""));
    const told = { method, data, warning: status.warning, seconds: status.seconds, state: status.state };
    const unknown = { starred: false, breaks: [], changed: null, score: null, begun: null, read_only: true };
    return { runs: [{ name, title, own_title: title, ...told, ...unknown }], latest: name };
  }

  /**
   * @param {string} _run
   * @param {NewsPart[]} parts
   * @param {string} since
   */
  async news(_run, parts, since) {
    const { status, layouts } = await this.about();
    const rows = parts.includes("metrics") && !since ? await this.curves() : [];
    return { status: { ...AT_REST, ...status }, layouts, metrics: { cursor: "all", void: false, rows } };
  }

  /** The rows of all curves; none where they cannot be read: the rest of the news is not to be lost with them. */
  curves() {
    return this.json("curves.json", (rows) => list(rows).map(object)).catch(() => /** @type {MetricRow[]} */ ([]));
  }

  schema() {
    return this.json("schema.json", object);
  }

  baselines() {
    return this.json("baselines.json", object);
  }

  /** @returns {Promise<Points>} */
  points() {
    return this.json("points.json", checkedPoints);
  }

  /**
   * @param {string} _run
   * @param {string} name
   * @param {number | null} step
   * @returns {Promise<Column>}
   */
  async column(_run, name, step) {
    const all =
      step === null
        ? (await this.points()).columns
        : /** @type {Column[]} */ (Object.values(await this.json(`columns/${step}.json`, object)));
    const found = all.find((column) => column.name === name && Array.isArray(column.values));
    if (!found) throw refused("This export has no such column, or no values of it at this step.", 404);
    return found;
  }

  /**
   * @param {string} _run
   * @param {number} step
   * @returns {Promise<Places>}
   */
  async layout(_run, step) {
    const { clips: n } = await this.about();
    return this.bytes(`layouts/${step}.bin`, (bytes) => placesOf(bytes, n));
  }

  /**
   * @param {string} _run
   * @param {number} step
   * @param {number} point
   * @param {number} count
   * @returns {Promise<Neighbour[]>}
   */
  async neighbours(_run, step, point, count) {
    const { near: k } = await this.about();
    const { clips } = await this.points();
    const near = await this.near(step);
    return Array.from({ length: Math.min(count, k) }, (_, i) => {
      const other = near.points[point * k + i];
      return { point: other, clip: clips[other], score: near.scores[point * k + i] / SCORE_UNITS };
    });
  }

  /**
   * The nearest of every point at a step.
   * @param {number} step
   */
  async near(step) {
    const { clips: n, near: k } = await this.about();
    return this.kept(`neighbours/${step}.bin`, () =>
      this.bytes(`neighbours/${step}.bin`, (bytes) => nearOf(bytes, n, k)),
    );
  }

  /**
   * @param {string} _run
   * @param {number} before
   * @param {number} after
   * @param {number} count
   * @returns {Promise<Moved>}
   */
  async moved(_run, before, after, count) {
    const { near: k } = await this.about();
    const { clips } = await this.points();
    const [old, now] = await Promise.all([this.near(before), this.near(after)]);
    const nearest = Math.min(NEAREST, k);
    const moved = clips.map((clip, point) => {
      const stayed = new Set(old.points.subarray(point * k, point * k + nearest));
      const shared = now.points.subarray(point * k, point * k + nearest).filter((other) => stayed.has(other)).length;
      return { point, clip, changed: 1 - shared / Math.max(1, 2 * nearest - shared) };
    });
    return { moved: moved.sort((a, b) => b.changed - a.changed).slice(0, count), judged: clips.length };
  }

  /** An export holds one run alone. @returns {Promise<null>} */
  async twins() {
    return null;
  }

  /** @returns {Promise<SuspectList>} */
  async suspects() {
    throw refused("An export holds no list of suspects.", 404);
  }

  async lensSteps() {
    return (await this.about()).lens;
  }

  /**
   * @param {string} _run
   * @param {number} step
   */
  async lens(_run, step) {
    const { fingerprint, sounds, note } = await this.points();
    const found = await this.json(`lens/${step}.json`, lensOf);
    return { ...found, fingerprint, sounds, note };
  }

  /** @returns {Promise<Knowledge>} */
  knowledge() {
    return this.json("knowledge.json", knowledgeOf);
  }

  /** @returns {Promise<never>} */
  async computeKnowledge() {
    throw refused("Nothing is computed on the page of an exported run.", 404);
  }

  /** Of the newest step, whichever is looked at. @returns {Promise<Measured>} */
  measured() {
    return this.json("measured.json", measuredOf);
  }

  /** @param {Sound} sound */
  async sound(sound) {
    if (sound.upload !== undefined) throw refused("An export holds no uploads.", 404);
    if (sound.views !== undefined) throw refused(NO_VIEWS, 404);
    const path = `sounds/${sound.index}.mp3`;
    const file = this.heard.get(path) ?? this.bytes(path, (bytes) => bytes);
    this.heard.delete(path);
    this.heard.set(path, file);
    file.catch(() => this.heard.delete(path));
    if (this.heard.size > KEPT_SOUNDS) this.heard.delete(this.heard.keys().next().value ?? "");
    return (await file).slice(0); // who decodes it takes it away
  }

  /**
   * @param {string} fingerprint
   * @param {number[]} indices
   */
  pictures(fingerprint, indices) {
    return Promise.all(indices.map((index) => this.picture(fingerprint, index)));
  }

  /**
   * Drawn from the sound itself.
   * @param {string} fingerprint
   * @param {number} index
   */
  async picture(fingerprint, index) {
    const { draw } = this;
    const bytes = await this.sound({ fingerprint, index });
    if (!draw) throw refused("This page draws no spectrograms.", 404);
    const samples = await this.decode(bytes).catch(() => {
      throw this.failed(`sounds/${index}.mp3`, "is damaged", 422);
    });
    return draw(samples);
  }

  /** @returns {Promise<SpectrogramImage>} */
  async uploadPicture() {
    throw refused("An export holds no uploads.", 404);
  }

  /** @returns {Promise<never>} */
  settings() {
    return Promise.reject(new Error("An export tells its settings by their names alone."));
  }

  /** @returns {Promise<TextMatches>} */
  async clipsWith() {
    throw refused("An export holds no index of its clips' files.", 404);
  }

  /** @returns {Promise<ViewPair>} */
  async views() {
    throw refused(NO_VIEWS, 404);
  }

  /** @returns {Promise<ViewsAlike>} */
  async alike() {
    throw refused(NO_VIEWS, 404);
  }

  /** @returns {Promise<MethodCard>} */
  method() {
    return this.json("method.json", object);
  }

  /**
   * What `ask` once gave for a path.
   * @template T
   * @param {string} path
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  kept(path, ask) {
    const found = this.read.get(path) ?? ask();
    this.read.set(path, found);
    found.catch((error) => error.status === undefined && this.read.delete(path)); // nobody answered: asking again may help
    return found;
  }

  /**
   * @param {string} path
   * @param {(value: any) => any} check gives the value, or throws where it is none
   */
  json(path, check) {
    return this.kept(path, () => this.bytes(path, (bytes) => check(JSON.parse(new TextDecoder().decode(bytes)))));
  }

  /**
   * What `take` makes of a file.
   * @template T
   * @param {string} path
   * @param {(bytes: ArrayBuffer) => T} take throws where the file is damaged
   * @returns {Promise<T>}
   */
  async bytes(path, take) {
    let reply, bytes;
    try {
      // A host that says nothing of how long a file holds would else have an older export mixed with a newer one.
      reply = await fetch(this.root + path, { cache: "no-cache", signal: AbortSignal.timeout(SECONDS * 1000) });
      bytes = await reply.arrayBuffer();
    } catch {
      throw this.failed(path, "could not be fetched: its host does not answer");
    }
    if (!reply.ok) throw this.failed(path, "is missing", reply.status);
    try {
      return take(bytes);
    } catch (error) {
      if (error instanceof Unknown) throw this.tell(refused(error.message, 422));
      throw this.failed(path, "is damaged", 422);
    }
  }

  /**
   * @param {string} path
   * @param {string} what
   * @param {number} [status]
   */
  failed(path, what, status) {
    return this.tell(refused(`The file data/${path} of this export ${what}.`, status));
  }

  /** @param {Refusal} error */
  tell(error) {
    this.onTrouble(error.message);
    return error;
  }
}

/** A file that says of itself that this page cannot read it. */
class Unknown extends Error {}

/** @type {(sentence: string, status?: number) => Refusal} */
const refused = (sentence, status) => Object.assign(new Error(sentence), status === undefined ? {} : { status });

/** @param {unknown} holds */
function must(holds) {
  if (!holds) throw new Error("damaged");
}

/** @param {any} value */
function object(value) {
  must(value !== null && typeof value === "object" && !Array.isArray(value));
  return value;
}

/** @param {any} value */
function list(value) {
  must(Array.isArray(value));
  return value;
}

const isCount = (/** @type {unknown} */ value) => Number.isInteger(value) && Number(value) >= 0;

/** @param {any} value */
function checkedRun(value) {
  const { format, name, title, status, layouts, lens, clips, near } = object(value);
  if (isCount(format) && format !== FORMAT)
    throw new Unknown(`This export has the format ${format}, and this page reads the format ${FORMAT}.`);
  must([name, title, object(status).state].every((text) => typeof text === "string"));
  must([...list(lens), ...list(object(layouts).steps), clips, near, format].every(isCount));
  must(object(layouts.kinds) && object(layouts.trust));
  return value;
}

/** @param {any} value */
function checkedPoints(value) {
  const { n, clips, columns } = object(value);
  must(isCount(n) && list(clips).length === n && clips.every(isCount));
  must(list(columns).every((/** @type {Column} */ column) => !column.values || column.values.length === n));
  return value;
}

/**
 * @param {ArrayBuffer} bytes
 * @param {number} n
 */
function placesOf(bytes, n) {
  must(bytes.byteLength === 4 + 4 * n);
  const view = new DataView(bytes);
  const reach = view.getFloat32(0, true);
  must(reach > 0 && Number.isFinite(reach));
  const place = (/** @type {number} */ at) => reach * ((2 * view.getUint16(at, true)) / PLACE_LEVELS - 1);
  return {
    x: Float32Array.from({ length: n }, (_, i) => place(4 + 2 * i)),
    y: Float32Array.from({ length: n }, (_, i) => place(4 + 2 * (n + i))),
  };
}

/**
 * The nearest k of each of n points, one after the other.
 * @param {ArrayBuffer} bytes
 * @param {number} n
 * @param {number} k
 */
function nearOf(bytes, n, k) {
  const wide = n > MOST_SMALL ? 4 : 2;
  must(bytes.byteLength === n * k * (wide + 2));
  const view = new DataView(bytes);
  const length = n * k;
  const points = Uint32Array.from({ length }, (_, i) =>
    wide === 4 ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true),
  );
  must(points.every((point) => point < n));
  return { points, scores: Int16Array.from({ length }, (_, i) => view.getInt16(wide * length + 2 * i, true)) };
}

/** @param {any} value */
function lensOf(value) {
  const { step, pictures, clips } = /** @type {ExportedLens} */ (object(value));
  must(isCount(step) && list(clips));
  return { step, clips, pictures: list(pictures).map(pictureOf) };
}

/** @param {any} value */
function measuredOf(value) {
  must(isCount(object(value).step) && object(value.names) && typeof value.note === "string");
  return { ...value, pictures: list(value.pictures).map(pictureOf) };
}

/** @param {any} value @returns {Knowledge} */
function knowledgeOf(value) {
  for (const part of ["facets", "shortcuts", "invariance"]) must(object(value)[part] === null || object(value[part]));
  const heard = { fingerprint: "", sounds: false, note: "" };
  return { ...value, newest: null, front_end: {}, asked: null, offered: false, heard };
}

/** @param {ExportedLens["pictures"][number]} picture */
function pictureOf({ bytes, ...picture }) {
  const { low, high, shape } = picture;
  const packed = bytesOf(picture.values);
  must(packed.length === bytes * shape.reduce((a, b) => a * b, 1));
  if (bytes === 4) return picture;
  const values = Float32Array.from(packed, (level) => low + (level / 255) * (high - low));
  return { ...picture, values: base64Of(new Uint8Array(values.buffer)) };
}
