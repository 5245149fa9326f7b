// The source that asks the page's server: the one place that knows its addresses. See source.js.

import { ServerAnswers } from "./server_answers.js";

const word = encodeURIComponent;

/** @import { NewsPart, Source } from "./source.js" */
/** @import { Sound, TagChange, TakeAway } from "./types.d.ts" */

/** @implements {Source} */
export class LiveSource {
  /** @param {ServerAnswers} answers of the byte routes */
  constructor(answers = new ServerAnswers(new URL("gradio_api/x/", document.baseURI).href)) {
    this.answers = answers;
    this.server = true;
    this.picturesAtOnce = 24; // see explorer/web/routes/sounds.py
    this.plotly = new URL("../../plotly", import.meta.url).href;
  }

  runs(changed = false) {
    return this.answers.json(changed ? "runs?changed=1" : "runs", "the list of runs");
  }

  /**
   * @param {string} run
   * @param {NewsPart[]} parts
   * @param {string} since
   */
  news(run, parts, since) {
    return this.answers.json(
      `run/${word(run)}/news?parts=${parts.join(",")}&since=${word(since)}`,
      "the news of the run",
    );
  }

  /** @param {string} run */
  schema(run) {
    return this.answers.json(`run/${word(run)}/schema`, "what the run holds");
  }

  /** @param {string} run */
  baselines(run) {
    return this.answers.json(`run/${word(run)}/baselines`, "what the run is compared with");
  }

  /** @param {string} run */
  points(run) {
    return this.answers.shared(`run/${word(run)}/points`, "the clips of the map");
  }

  /**
   * Asks for the clips of a map before a part does, which is then given the answer.
   * @param {string} run
   */
  ahead(run) {
    this.answers.ahead(`run/${word(run)}/points`, "the clips of the map");
  }

  /**
   * @param {string} run
   * @param {string} name
   * @param {number | null} step
   */
  column(run, name, step) {
    const at = step === null ? "" : `&step=${step}`;
    return this.answers.json(`run/${word(run)}/column?name=${word(name)}${at}`, `the column ${name}`);
  }

  /**
   * @param {string} run
   * @param {number} step
   * @param {2 | 3} [axes]
   */
  async layout(run, step, axes = 2) {
    const asked = axes === 3 ? "?axes=3" : "";
    const bytes = await this.answers.bytes(`run/${word(run)}/layout/${step}${asked}`, "the map of this step");
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
    return (await this.answers.json(where, "the nearest clips")).neighbours;
  }

  /**
   * @param {string} run
   * @param {number} before
   * @param {number} after
   * @param {number} count
   */
  moved(run, before, after, count) {
    return this.answers.json(`run/${word(run)}/moved/${before}/${after}?k=${count}`, "what moved most");
  }

  /** Computed when it is first asked for, which may take a while. @param {string} run */
  suspects(run) {
    return this.answers.slow(`run/${word(run)}/suspects`, "the suspects");
  }

  /** @param {string} run */
  async lensSteps(run) {
    return (await this.answers.shared(`run/${word(run)}/lens`, "the steps of the method's picture")).steps;
  }

  /**
   * @param {string} run
   * @param {number} step
   */
  lens(run, step) {
    return this.answers.json(`run/${word(run)}/lens/${step}`, "the method's picture");
  }

  /**
   * @param {string} run
   * @param {number | null} step
   */
  measured(run, step) {
    return this.answers.json(`run/${word(run)}/measured${step === null ? "" : `?step=${step}`}`, "what was measured");
  }

  /** @param {string} run */
  knowledge(run) {
    return this.answers.json(`run/${word(run)}/knowledge`, "what the run knows");
  }

  /** @param {string} run */
  computeKnowledge(run) {
    return this.answers.send(`run/${word(run)}/knowledge`, "what the run knows", {});
  }

  /** @param {Sound} sound */
  sound(sound) {
    if (sound.views !== undefined)
      return this.answers.bytes(`views/heard/${sound.which}?${sound.views}`, "the view as sound");
    const where =
      sound.upload !== undefined
        ? `upload/${word(sound.upload)}/clip`
        : `clip/${word(sound.fingerprint)}/${sound.index}`;
    return this.answers.bytes(where, "the sound");
  }

  /**
   * @param {string} fingerprint
   * @param {number[]} indices
   */
  pictures(fingerprint, indices) {
    return this.answers.json(`pictures/${word(fingerprint)}?of=${indices.join(",")}`, "the spectrograms");
  }

  /**
   * @param {string} fingerprint
   * @param {string} text
   */
  clipsWith(fingerprint, text) {
    return this.answers.json(`clips/${word(fingerprint)}?with=${word(text)}`, "the clips with this text");
  }

  /** @param {string} token */
  uploadPicture(token) {
    return this.answers.json(`upload/${word(token)}/picture`, "the spectrogram");
  }

  /** The server may have to import torch for it, which takes a while. @param {string} run */
  settings(run) {
    return this.answers.slow(`run/${word(run)}/settings`, "the settings of the run");
  }

  /** @param {string} run */
  twins(run) {
    return this.answers.json(`run/${word(run)}/twins`, "the run's twin");
  }

  /** @param {string} run */
  method(run) {
    return this.answers.json(`run/${word(run)}/method`, "the card of the method");
  }

  /** @param {string} query */
  views(query) {
    return this.answers.slow(`views?${query}`, "the two views");
  }

  /**
   * @param {string} run
   * @param {string} query
   */
  alike(run, query) {
    return this.answers.slow(`views/alike/${word(run)}?${query}`, "how alike the views are");
  }

  /** @param {string} run */
  tags(run) {
    return this.answers.json(`run/${word(run)}/tags`, "the tags");
  }

  /**
   * @param {string} run
   * @param {TagChange} change
   */
  changeTags(run, change) {
    return this.answers.send(`run/${word(run)}/tags`, "the tags", change);
  }

  /**
   * @param {string} run
   * @param {string} tag
   * @param {string} to
   */
  renameTag(run, tag, to) {
    return this.answers.send(`run/${word(run)}/tags/rename`, "the tags", { tag, to });
  }

  /**
   * @param {string} run
   * @param {string} row
   */
  undoTags(run, row) {
    return this.answers.send(`run/${word(run)}/tags/undo`, "the tags", { row });
  }

  /**
   * @param {string} run
   * @param {number[]} yes
   * @param {number[]} no
   */
  suggest(run, yes, no) {
    return this.answers.send(`run/${word(run)}/suggest`, "the suggestions", { yes, no });
  }

  /**
   * @param {string} run
   * @param {string} kind
   * @param {TakeAway} asked
   */
  takeAway(run, kind, asked) {
    const where = `run/${word(run)}/take_away/${word(kind)}`;
    return this.answers.file(where, "the file", asked);
  }
}
