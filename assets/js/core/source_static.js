// The source that reads the files of an exported run, as explorer/export/ wrote them: nothing moves, and no server is asked.
// A file that is missing or damaged fails alone, with one sentence. See source.js.

import {
  checkedPoints,
  checkedRun,
  knowledgeOf,
  lensOf,
  list,
  measuredOf,
  nearOf,
  object,
  placesOf,
  suspectsOf,
} from "./export_checks.js";
import { ExportFiles, refused } from "./export_files.js";
import { mostMoved, nearest } from "./export_near.js";
import { ExportSounds } from "./export_sounds.js";

const NO_UPLOADS = "An export holds no uploads.";
const NO_VIEWS = "Views are drawn by the page's server, which an export doesn't have.";

/** @import { NewsPart, Source } from "./source.js" */
/** @import { Decode, Draw } from "./export_sounds.js" */
/** @import { Column, ExportedRun, Knowledge, Measured, MetricRow, MethodCard, Places, Points } from "./types.d.ts" */
/** @import { RunStatus, Sound, SuspectList } from "./types.d.ts" */

const HOW = { root: "", decode: async () => new Float32Array(1), draw: /** @type {Draw | null} */ (null) };

/** @type {Omit<RunStatus, "state">} */
const AT_REST = {
  schema: 1,
  attempt: 1,
  step: 0,
  steps: null,
  seconds: 0,
  progress: 0,
  seconds_left: null,
  steps_per_second: 0,
  clips_per_second: 0,
  message: "",
  warning: "",
  warned_by: "",
  device: "",
  heartbeat: 0,
  updated: 0,
  process: null,
  read_only: true,
};

/** What is not there, whatever is asked. @type {(sentence: string) => (...asked: unknown[]) => Promise<never>} */
const refusing = (sentence) => async () => {
  throw refused(sentence, 404);
};
const nowhere = refusing("This needs the server of Hearsight, and is not in an export.");

/** @implements {Source} */
export class StaticSource {
  /**
   * `root` is the address of the folder "data"; `decode` gives the samples of a sound file at 16 kHz, mono, and `draw` their
   * picture; `onTrouble` is told once of each file that cannot be used.
   * @param {{root?: string, decode?: Decode, draw?: Draw | null, onTrouble?: (sentence: string) => void}} how
   */
  constructor({ root = HOW.root, decode = HOW.decode, draw = HOW.draw, onTrouble = () => {} } = {}) {
    this.files = new ExportFiles(root, onTrouble);
    this.sounds = new ExportSounds(this.files, decode, draw);
    this.server = false;
    this.picturesAtOnce = 1; // so that a sound that is damaged takes no other's picture along
    this.plotly = new URL("../../plotly.min.js", import.meta.url).href;
  }

  /** An export holds no tags; those that are given on its page stay in the browser. */
  tags = async () => ({ kept: /** @type {const} */ ("browser"), version: "", tags: {}, noes: {}, known: [] });
  changeTags = nowhere;
  renameTag = nowhere;
  undoTags = nowhere;
  suggest = nowhere;
  takeAway = nowhere;
  computeKnowledge = refusing("Nothing is computed on the page of an exported run.");
  clipsWith = refusing("An export holds no index of its clips' files.");
  settings = refusing("An export tells its settings by their names alone.");
  uploadPicture = refusing(NO_UPLOADS);
  views = refusing(NO_VIEWS);
  alike = refusing(NO_VIEWS);

  /** What the export says of itself. @returns {Promise<ExportedRun>} */
  about() {
    return this.files.json("run.json", checkedRun);
  }

  async runs() {
    const { name, title, status, settings } = await this.about();
    const [method, data] = [settings?.method, settings?.data].map((text) => (typeof text === "string" ? text : ""));
    const told = { method, data, warning: status.warning, seconds: status.seconds, state: status.state };
    const unknown = {
      starred: false,
      breaks: [],
      changed: null,
      seed: null,
      repeats: null,
      score: null,
      planned: null,
      begun: null,
      read_only: true,
    };
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
    return this.files
      .json("curves.json", (rows) => list(rows).map(object))
      .catch(() => /** @type {MetricRow[]} */ ([]));
  }

  schema() {
    return this.files.json("schema.json", object);
  }

  baselines() {
    return this.files.json("baselines.json", object);
  }

  /** @returns {Promise<Points>} */
  points() {
    return this.files.json("points.json", checkedPoints);
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
        : /** @type {Column[]} */ (Object.values(await this.files.json(`columns/${step}.json`, object)));
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
    return this.files.bytes(`layouts/${step}.bin`, (bytes) => placesOf(bytes, n));
  }

  /**
   * @param {string} _run
   * @param {number} step
   * @param {number} point
   * @param {number} count
   */
  async neighbours(_run, step, point, count) {
    return nearest(await this.near(step), point, count);
  }

  /**
   * @param {string} _run
   * @param {number} before
   * @param {number} after
   * @param {number} count
   */
  async moved(_run, before, after, count) {
    return mostMoved(...(await Promise.all([this.near(before), this.near(after)])), count);
  }

  /**
   * The nearest of every point at a step.
   * @param {number} step
   */
  near(step) {
    return this.files.kept(`neighbours/${step}.bin`, async () => {
      const { clips: n, near: each } = await this.about();
      const { clips } = await this.points();
      const found = await this.files.bytes(`neighbours/${step}.bin`, (bytes) => nearOf(bytes, n, each));
      return { ...found, each, clips };
    });
  }

  /** An export holds one run alone. @returns {Promise<null>} */
  async twins() {
    return null;
  }

  /** @returns {Promise<SuspectList>} */
  async suspects() {
    const found = await this.files.json("suspects.json", suspectsOf);
    if (!found) throw refused("This export holds no list of suspects.", 404);
    return found;
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
    const found = await this.files.json(`lens/${step}.json`, lensOf);
    return { ...found, fingerprint, sounds, note };
  }

  /** @returns {Promise<Knowledge>} */
  knowledge() {
    return this.files.json("knowledge.json", knowledgeOf);
  }

  /** Of the newest step, whichever is looked at. @returns {Promise<Measured>} */
  measured() {
    return this.files.json("measured.json", measuredOf);
  }

  /** @param {Sound} sound */
  async sound(sound) {
    if (sound.upload !== undefined) throw refused(NO_UPLOADS, 404);
    if (sound.views !== undefined) throw refused(NO_VIEWS, 404);
    return this.sounds.bytes(sound.index);
  }

  /**
   * @param {string} _fingerprint
   * @param {number[]} indices
   */
  pictures(_fingerprint, indices) {
    return Promise.all(indices.map((index) => this.sounds.picture(index)));
  }

  /** @returns {Promise<MethodCard>} */
  method() {
    return this.files.json("method.json", object);
  }
}
