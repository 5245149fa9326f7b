// The source that asks the page's server: the one place that knows its addresses and fetches. See source.js.

const word = encodeURIComponent;
// After how many seconds a question is given up: sounds and maps may be large, and lines are slow.
const SECONDS = { json: 20, bytes: 60, file: 600 };

/** @import { NewsPart, Source } from "./source.js" */
/** @import { Refusal, Sound, TagChange, TakeAway } from "./types.d.ts" */

/** @implements {Source} */
export class LiveSource {
  /** @param {string} root the address of the byte routes */
  constructor(root = new URL("gradio_api/x/", document.baseURI).href, seconds = SECONDS) {
    this.root = root;
    this.seconds = seconds;
    /** @type {Map<string, Promise<any>>} */
    this.coming = new Map(); // what is on its way, by where it comes from
    this.server = true;
    this.picturesAtOnce = 24; // see explorer/web/routes/sounds.py
    this.plotly = new URL("../../plotly", import.meta.url).href;
  }

  runs(changed = false) {
    return this.json(changed ? "runs?changed=1" : "runs", "the list of runs");
  }

  /**
   * @param {string} run
   * @param {NewsPart[]} parts
   * @param {string} since
   */
  news(run, parts, since) {
    return this.json(`run/${word(run)}/news?parts=${parts.join(",")}&since=${word(since)}`, "the news of the run");
  }

  /** @param {string} run */
  schema(run) {
    return this.json(`run/${word(run)}/schema`, "what the run holds");
  }

  /** @param {string} run */
  baselines(run) {
    return this.json(`run/${word(run)}/baselines`, "what the run is compared with");
  }

  /** @param {string} run */
  points(run) {
    return this.shared(`run/${word(run)}/points`, "the clips of the map");
  }

  /**
   * @param {string} run
   * @param {string} name
   * @param {number | null} step
   */
  column(run, name, step) {
    const at = step === null ? "" : `&step=${step}`;
    return this.json(`run/${word(run)}/column?name=${word(name)}${at}`, `the column ${name}`);
  }

  /**
   * @param {string} run
   * @param {number} step
   * @param {2 | 3} [axes]
   */
  async layout(run, step, axes = 2) {
    const asked = axes === 3 ? "?axes=3" : "";
    const bytes = await this.bytes(`run/${word(run)}/layout/${step}${asked}`, "the map of this step");
    const n = bytes.byteLength / (4 * axes);
    const flat = { x: new Float32Array(bytes, 0, n), y: new Float32Array(bytes, 4 * n, n) };
    return axes === 3 ? { ...flat, z: new Float32Array(bytes, 8 * n, n) } : flat;
  }

  /**
   * @param {string} run
   * @param {number} step
   * @param {number} point
   * @param {number} count
   */
  async neighbours(run, step, point, count) {
    const where = `run/${word(run)}/neighbours/${step}/${point}?k=${count}`;
    return (await this.json(where, "the nearest clips")).neighbours;
  }

  /**
   * @param {string} run
   * @param {number} before
   * @param {number} after
   * @param {number} count
   */
  moved(run, before, after, count) {
    return this.json(`run/${word(run)}/moved/${before}/${after}?k=${count}`, "what moved most");
  }

  /** Computed when it is first asked for, which may take a while. @param {string} run */
  suspects(run) {
    const where = `run/${word(run)}/suspects`;
    return this.ask(where, "the suspects", (reply) => reply.json(), this.seconds.bytes);
  }

  /** @param {string} run */
  async lensSteps(run) {
    return (await this.shared(`run/${word(run)}/lens`, "the steps of the method's picture")).steps;
  }

  /**
   * @param {string} run
   * @param {number} step
   */
  lens(run, step) {
    return this.json(`run/${word(run)}/lens/${step}`, "the method's picture");
  }

  /**
   * @param {string} run
   * @param {number | null} step
   */
  measured(run, step) {
    return this.json(`run/${word(run)}/measured${step === null ? "" : `?step=${step}`}`, "what was measured");
  }

  /** @param {string} run */
  knowledge(run) {
    return this.json(`run/${word(run)}/knowledge`, "what the run knows");
  }

  /** @param {string} run */
  computeKnowledge(run) {
    return this.send(`run/${word(run)}/knowledge`, "what the run knows", {}, (reply) => reply.json());
  }

  /** @param {Sound} sound */
  sound(sound) {
    if (sound.views !== undefined) return this.bytes(`views/heard/${sound.which}?${sound.views}`, "the view as sound");
    const where =
      sound.upload !== undefined
        ? `upload/${word(sound.upload)}/clip`
        : `clip/${word(sound.fingerprint)}/${sound.index}`;
    return this.bytes(where, "the sound");
  }

  /**
   * @param {string} fingerprint
   * @param {number[]} indices
   */
  pictures(fingerprint, indices) {
    return this.json(`pictures/${word(fingerprint)}?of=${indices.join(",")}`, "the spectrograms");
  }

  /**
   * @param {string} fingerprint
   * @param {string} text
   */
  clipsWith(fingerprint, text) {
    return this.json(`clips/${word(fingerprint)}?with=${word(text)}`, "the clips with this text");
  }

  /** @param {string} token */
  uploadPicture(token) {
    return this.json(`upload/${word(token)}/picture`, "the spectrogram");
  }

  /** @param {string} run */
  settings(run) {
    return this.json(`run/${word(run)}/settings`, "the settings of the run");
  }

  /** @param {string} run */
  twins(run) {
    return this.json(`run/${word(run)}/twins`, "the run's twin");
  }

  /** @param {string} run */
  method(run) {
    return this.json(`run/${word(run)}/method`, "the card of the method");
  }

  /** @param {string} query */
  views(query) {
    return this.json(`views?${query}`, "the two views", this.seconds.bytes);
  }

  /**
   * @param {string} run
   * @param {string} query
   */
  alike(run, query) {
    return this.json(`views/alike/${word(run)}?${query}`, "how alike the views are", this.seconds.bytes);
  }

  /** @param {string} run */
  tags(run) {
    return this.json(`run/${word(run)}/tags`, "the tags");
  }

  /**
   * @param {string} run
   * @param {TagChange} change
   */
  changeTags(run, change) {
    return this.send(`run/${word(run)}/tags`, "the tags", change, (reply) => reply.json());
  }

  /**
   * @param {string} run
   * @param {string} row
   */
  undoTags(run, row) {
    return this.send(`run/${word(run)}/tags/undo`, "the tags", { row }, (reply) => reply.json());
  }

  /**
   * @param {string} run
   * @param {number[]} yes
   * @param {number[]} no
   */
  suggest(run, yes, no) {
    return this.send(`run/${word(run)}/suggest`, "the suggestions", { yes, no }, (reply) => reply.json());
  }

  /**
   * @param {string} run
   * @param {string} kind
   * @param {TakeAway} asked
   */
  takeAway(run, kind, asked) {
    const where = `run/${word(run)}/take_away/${word(kind)}`;
    return this.send(where, "the file", asked, (reply) => reply.blob(), this.seconds.file);
  }

  /**
   * @template Value
   * @param {string} where
   * @param {string} what
   * @param {object} said
   * @param {(reply: Response) => Promise<Value>} read
   */
  send(where, what, said, read, seconds = this.seconds.json) {
    const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) };
    return this.ask(where, what, read, seconds, sent);
  }

  /**
   * @param {string} where
   * @param {string} what
   * @returns {Promise<any>}
   */
  json(where, what, seconds = this.seconds.json) {
    return this.ask(where, what, (reply) => reply.json(), seconds);
  }

  /**
   * As `json`, for what several parts ask for at the same moment: all are given the one answer that is on its way.
   * @param {string} where
   * @param {string} what
   * @returns {Promise<any>}
   */
  shared(where, what) {
    const coming = this.coming.get(where) ?? this.json(where, what);
    this.coming.set(where, coming);
    const forget = () => this.coming.delete(where);
    coming.then(forget, forget);
    return coming;
  }

  /**
   * Asks for the clips of a map before a part does, which is then given the answer.
   * @param {string} run
   */
  ahead(run) {
    const where = `run/${word(run)}/points`;
    this.coming.set(where, this.json(where, "the clips of the map"));
  }

  /**
   * @param {string} where
   * @param {string} what
   */
  bytes(where, what) {
    return this.ask(where, what, (reply) => reply.arrayBuffer(), this.seconds.bytes);
  }

  /**
   * What `read` makes of the reply to a question; `what` names what was asked for, where it does not come.
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
