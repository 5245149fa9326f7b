// The files of an exported run: each is fetched once, checked, and fails alone, with one sentence.

import { Unknown } from "./export_checks.js";

const SECONDS = 60;

/** @import { Refusal } from "./types.d.ts" */

export class ExportFiles {
  /**
   * @param {string} root the address of the folder "data"
   * @param {(sentence: string) => void} onTrouble told once of each file that cannot be used
   */
  constructor(root, onTrouble) {
    this.root = root;
    this.onTrouble = onTrouble;
    /** @type {Map<string, Promise<any>>} */
    this.read = new Map();
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

/** @type {(sentence: string, status?: number) => Refusal} */
export const refused = (sentence, status) => Object.assign(new Error(sentence), status === undefined ? {} : { status });
