// What the page's server answers: each question is given up after a while, and one that fails does so with one sentence. The
// one module of a served page that fetches; where things lie is told by source_live.js.

// After how many seconds a question is given up: sounds and maps may be large, and lines are slow.
const SECONDS = { json: 20, bytes: 60, file: 600 };

/** @import { Refusal } from "./types.d.ts" */

export class ServerAnswers {
  /** @param {string} root the address that all others are below */
  constructor(root, seconds = SECONDS) {
    this.root = root;
    this.seconds = seconds;
    /** @type {Map<string, Promise<any>>} */
    this.coming = new Map(); // what is on its way, by where it comes from
  }

  /**
   * `where` is an address below the root; `what` names what was asked for, where it does not come.
   * @param {string} where
   * @param {string} what
   * @returns {Promise<any>}
   */
  json(where, what, seconds = this.seconds.json) {
    return this.ask(where, what, (reply) => reply.json(), seconds);
  }

  /**
   * As `json`, for what is computed when it is asked for, which may take a while.
   * @param {string} where
   * @param {string} what
   */
  slow(where, what) {
    return this.json(where, what, this.seconds.bytes);
  }

  /**
   * As `json`, for what several parts ask for at the same moment: the server is asked once, and each part is given a copy
   * of its own, to change as it likes.
   * @param {string} where
   * @param {string} what
   * @returns {Promise<any>}
   */
  shared(where, what) {
    const coming = this.coming.get(where) ?? this.json(where, what);
    this.coming.set(where, coming);
    const forget = () => this.coming.delete(where);
    coming.then(forget, forget);
    return coming.then((answer) => structuredClone(answer));
  }

  /**
   * Asks before `shared` does, which is then given the answer, however long it has been there.
   * @param {string} where
   * @param {string} what
   */
  ahead(where, what) {
    const coming = this.json(where, what);
    coming.catch(() => {}); // whoever asks is told; perhaps nobody does
    this.coming.set(where, coming);
  }

  /**
   * @param {string} where
   * @param {string} what
   */
  bytes(where, what) {
    return this.ask(where, what, (reply) => reply.arrayBuffer(), this.seconds.bytes);
  }

  /**
   * Tells the server something, and gives what it answers.
   * @param {string} where
   * @param {string} what
   * @param {object} said
   * @returns {Promise<any>}
   */
  send(where, what, said) {
    return this.ask(where, what, (reply) => reply.json(), this.seconds.json, posted(said));
  }

  /**
   * A file that is made as `said` asks.
   * @param {string} where
   * @param {string} what
   * @param {object} said
   */
  file(where, what, said) {
    return this.ask(where, what, (reply) => reply.blob(), this.seconds.file, posted(said));
  }

  /**
   * What `read` makes of the reply to a question.
   * @template Value
   * @param {string} where
   * @param {string} what
   * @param {(reply: Response) => Promise<Value>} read
   * @param {number} seconds
   * @param {RequestInit} sent
   */
  async ask(where, what, read, seconds, sent = {}) {
    const limit = AbortSignal.timeout(seconds * 1000);
    try {
      const reply = await fetch(this.root + where, { ...sent, signal: limit });
      if (reply.ok) return await read(reply);
      throw await refusal(reply);
    } catch (caught) {
      const error = /** @type {Refusal} */ (caught);
      if (error.status !== undefined) throw error;
      if (limit.aborted) throw new Error(`The server did not send ${what} within ${seconds} seconds.`);
      throw new Error("The page's server does not answer.");
    }
  }
}

/** @type {(said: object) => RequestInit} */
const posted = (said) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(said),
});

/**
 * @param {Response} reply
 * @returns {Promise<Refusal>}
 */
async function refusal(reply) {
  const text = await reply.text().catch(() => "");
  return Object.assign(new Error(sentenceOf(text, reply.headers) ?? `The server answered ${reply.status}.`), {
    status: reply.status,
  });
}

const LONGEST = 300; // letters of a sentence

/**
 * The sentence of a refusal: of a route in JSON, of what stands before the routes as plain text; null for a proxy's page.
 * @param {string} text
 * @param {Headers} headers
 */
function sentenceOf(text, headers) {
  try {
    const { detail } = JSON.parse(text);
    if (typeof detail === "string") return detail;
  } catch {}
  const plain = headers.get("content-type")?.startsWith("text/plain") && text.length <= LONGEST;
  return plain && text ? text : null;
}
