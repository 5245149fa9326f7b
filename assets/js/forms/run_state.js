// Where a run stands, in one plain line, with what can be asked of it.

import { icon, make } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { duration } from "../core/number_words.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";

/** @import { IconName, Part, PartWith, RunStatus } from "../core/types.d.ts" */
/** @import { Feed } from "../core/feed.js" */
/** @typedef {"pause" | "resume" | "stop"} Request what can be asked of a run */
/** @typedef {Partial<RunStatus> & Pick<RunStatus, "state">} Told a status, of which only the state is needed */

/** @type {Record<string, "calm" | "busy" | "good" | "bad">} */
const TONES = {
  waiting: "calm",
  preparing: "busy",
  training: "busy",
  paused: "calm",
  stopping: "calm",
  stopped: "calm",
  finished: "good",
  failed: "bad",
  crashed: "bad",
  disk_full: "bad",
};
/** @type {Record<string, Request[]>} */
const OFFERED = {
  training: ["pause", "stop"],
  preparing: ["stop"],
  paused: ["resume", "stop"],
  waiting: ["stop"],
  stopped: ["resume"],
  crashed: ["resume"],
  failed: ["resume"],
  disk_full: ["resume"],
};
/** @type {Record<Request, [IconName, string]>} */
const BUTTONS = { pause: ["pause", "Pause"], resume: ["play", "Resume"], stop: ["stop", "Stop"] };
const GRACE_MS = 1500; // a button stays pressed until the trainer answers by its state

/**
 * What can be asked of a run; one that waits in no queue, as a server that was killed leaves it, can only be put there.
 * @param {Told} status
 * @returns {Request[]}
 */
export function offered({ state, place, read_only, watched }) {
  if (read_only || watched) return [];
  return state === "waiting" && !Number.isInteger(place) ? ["resume"] : (OFFERED[state] ?? []);
}

/**
 * One sentence on a status.
 * @param {Told} status
 */
export function stateLine(status) {
  const step = Number(status.step ?? 0).toLocaleString("en");
  const besides = status.message ? `. ${status.message}` : "";
  const because = status.message ? `: ${uncapitalised(status.message)}` : ".";
  switch (status.state) {
    case "waiting":
      return waiting(status);
    case "preparing":
      return `Preparing${status.message ? `: ${uncapitalised(status.message)}` : " data"} ${percent(status.progress)}`;
    case "training":
      return `Training, step ${step}${status.steps ? ` of ${status.steps.toLocaleString("en")}` : ""}${besides}`;
    case "paused":
      return `Paused at step ${step}.`;
    case "stopping":
      return "Stopping after this step.";
    case "stopped":
      return status.watched ? `Stopped at step ${step}.` : `Stopped at step ${step}; it can be resumed.`;
    case "finished":
      if (status.watched && status.message) return status.message;
      return `Finished after ${step} steps in ${duration(status.seconds)}.${besides.slice(1)}`;
    case "exported":
      return `At step ${step} when it was exported; it was still being trained.`;
    case "failed":
      return `Failed${because}`;
    case "crashed":
      return status.watched
        ? `Crashed at step ${step}: its program ended without closing the run.`
        : `Crashed at step ${step}. Resume goes on from the last checkpoint.`;
    case "disk_full":
      return `The disk is full. Make room, then resume${status.step ? ` from step ${step}` : ""}.`;
    default:
      return "This run was written by a newer version of Hearsight.";
  }
}

/** @param {Told} status */
function waiting({ place, behind, paused }) {
  if (place === 0) return "Its trainer is being started.";
  if (!place) return "Waiting, but in no queue: Resume puts it there.";
  const ahead = paused ? `; the run ${behind} is paused and holds the device` : `, until the run ${behind} has ended`;
  return `Waiting, place ${place} in the queue${behind ? ahead : ""}.`;
}

/** @param {string} text */
const uncapitalised = (text) => (/^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);
/** @param {number} [share] */
const percent = (share) => (share !== undefined && Number.isFinite(share) ? `${Math.round(share * 100)} %` : "");

/**
 * How long it will take, how fast it is and on what, of a run that trains or is paused.
 * @param {Told} status
 * @param {boolean} compact whether there is little room
 */
export function factsOf({ state, seconds_left, clips_per_second, device }, compact) {
  if (state !== "training" && state !== "paused") return [];
  const left = Number.isFinite(seconds_left) ? `${duration(seconds_left)} left` : "";
  const speed =
    state === "training" && clips_per_second ? `${Math.round(clips_per_second).toLocaleString("en")} clips/s` : "";
  return [left, speed, compact ? "" : device].filter(Boolean);
}

class StateView {
  /**
   * @param {HTMLElement} root
   * @param {Part<null>["trigger"]} trigger
   * @param {boolean} compact
   */
  constructor(root, trigger, compact) {
    /** @type {string | null | undefined} */
    this.run = undefined;
    /** @type {(() => void) | null} */
    this.stop = null;
    this.offered = "";
    this.pressed = false; // whether the keyboard pressed a button here, which loses the focus while it waits
    this.share = make("span");
    this.trigger = trigger;
    this.compact = compact;
    this.dot = make("span.state-dot");
    this.line = make("span.state-line", { role: "status" });
    this.extra = make("span.state-extra");
    this.warning = make("p.state-warning", { role: "alert", hidden: true });
    this.bar = make(
      "div.state-bar",
      { role: "progressbar", "aria-label": "Progress of the run", "aria-valuemin": "0", "aria-valuemax": "100" },
      this.share,
    );
    this.buttons = make("div.state-buttons");
    this.root = root;
    root.classList.toggle("compact", compact);
    root.append(
      make("div.state-words", {}, this.dot, this.line, this.extra, compact ? this.warning : ""),
      compact ? "" : this.warning,
      compact ? "" : this.bar,
      compact ? "" : this.buttons,
    );
  }

  /** @param {string | null} run */
  show(run) {
    if (run === this.run && this.stop) return;
    this.stop?.();
    this.stop = null;
    this.run = run;
    this.root.dataset.tone = "none";
    this.line.textContent = run || this.compact ? "" : known.none;
    this.extra.textContent = "";
    this.warn("");
    this.bar.hidden = true;
    this.offer([]);
    if (run) this.stop = feedOf(run).follow("status", this.root, (feed) => this.news(feed));
  }

  /** @param {Feed} feed */
  news(feed) {
    if (feed.name !== this.run) return;
    const { status, trouble } = feed;
    this.root.classList.toggle("stale", Boolean(trouble));
    if (!status) {
      this.root.dataset.tone = trouble ? "bad" : "none";
      this.line.textContent = trouble;
      return;
    }
    const tone = TONES[status.state] ?? "calm";
    this.root.dataset.tone = status.warning && tone !== "bad" ? "warned" : tone;
    this.warn(status.warning ?? "");
    this.root.dataset.state = status.state;
    this.line.textContent = trouble ? `${trouble} It is asked again every moment.` : stateLine(status);
    this.extra.textContent = factsOf(status, this.compact).join("  ·  ");
    this.progress(status);
    this.offer(offered(status));
  }

  /**
   * What is wrong although it trains: a sentence, of which the compact line shows what stands before the colon.
   * @param {string} sentence
   */
  warn(sentence) {
    const shown = this.compact ? sentence.split(":")[0] : sentence;
    if (this.warning.textContent !== shown) this.warning.textContent = shown; // it is read aloud whenever it is written
    this.warning.title = this.compact ? sentence : "";
    this.warning.hidden = !sentence;
  }

  /** @param {RunStatus} status */
  progress(status) {
    const moving = ["preparing", "training", "paused", "stopping"].includes(status.state);
    const share = Math.max(0, Math.min(1, status.progress ?? 0));
    this.bar.hidden = !moving;
    this.bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    this.share.style.width = `${(share * 100).toFixed(1)}%`;
  }

  /** @param {Request[]} names */
  offer(names) {
    if (names.join() === this.offered) return;
    this.offered = names.join();
    const focused = this.pressed && [document.body, null].includes(/** @type {any} */ (document.activeElement));
    this.buttons.replaceChildren(
      ...names.map((name) => {
        const [shape, words] = BUTTONS[name];
        const button = make(
          "button.plain",
          {
            type: "button",
            onclick: () => {
              this.pressed = button.matches(":focus-visible"); // by the keyboard
              button.disabled = true;
              setTimeout(() => {
                button.disabled = false;
              }, GRACE_MS);
              this.trigger(name, { run: this.run });
            },
          },
          icon(shape),
          words,
        );
        return button;
      }),
    );
    if (focused && names.length) /** @type {HTMLElement} */ (this.buttons.firstElementChild).focus();
    this.pressed &&= !names.length;
  }
}

/**
 * The component: shows the run that is looked at; sends `pause`, `resume` and `stop` with {run}.
 * @param {HTMLElement} root
 * @param {PartWith<{compact?: boolean}, null>} part
 */
export function mount(root, { props, trigger }) {
  const state = new StateView(root, trigger, Boolean(props.compact));
  view.on(["runs"], () => state.show(view.run));
  known.on(() => view.run ?? state.show(null));
  state.show(view.run);
}
