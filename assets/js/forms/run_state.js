// Where a run stands, in one plain line, with what can be asked of it.

import { icon, make } from "../core/elements.js";
import { feedOf, GONE, isAtWork } from "../core/feed.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";
import { lengthChoice } from "./length_choice.js";
import { factsOf, stateLine } from "./state_words.js";

/** @import { IconName, Longer, Part, PartWith, RunStatus } from "../core/types.d.ts" */
/** @import { Feed } from "../core/feed.js" */
/** @typedef {"pause" | "resume" | "stop" | "longer"} Request what can be asked of a run */
/** @import { Told } from "./state_words.js" */

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
const BUTTONS = {
  pause: ["pause", "Pause"],
  resume: ["play", "Resume"],
  stop: ["stop", "Stop"],
  longer: ["play", "Train longer …"],
};
const GRACE_MS = 1500; // a button stays pressed until the trainer answers by its state

/**
 * What can be asked of a run; one that waits in no queue, as a server that was killed leaves it, can only be put there. More
 * of the same mends nothing in one of which something is wrong: what does is told by its judgement.
 * @param {Told} status
 * @returns {Request[]}
 */
export function offered({ state, place, read_only, watched, longer, warning }) {
  if (read_only || watched) return [];
  if (state === "finished" && longer?.lengths.length && !warning) return ["longer"];
  return state === "waiting" && !Number.isInteger(place) ? ["resume"] : (OFFERED[state] ?? []);
}

/**
 * The colour of a run's state; of one that is not known, that of trouble.
 * @param {Told} status
 * @param {string} trouble why it is not known now
 */
export function toneOf({ state, warning }, trouble) {
  const tone = trouble ? "bad" : (TONES[state] ?? "calm");
  return warning && tone !== "bad" ? "warned" : tone;
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
    this.remark = make("p.state-remark", { role: "status", hidden: true });
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
      compact ? "" : this.remark,
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
    this.remark.hidden = true;
    this.bar.hidden = true;
    this.offer([]);
    if (run) this.stop = feedOf(run).follow("status", this.root, (feed) => this.news(feed));
  }

  /** @param {Feed} feed */
  news(feed) {
    if (feed.name !== this.run) return;
    const { status, trouble } = feed;
    if (!status) {
      this.root.dataset.tone = trouble && !feed.missing ? "bad" : "none";
      this.line.textContent = !feed.missing ? trouble : this.compact ? "" : known.none;
      return;
    }
    this.root.dataset.tone = toneOf(status, trouble);
    this.warn(status.warning ?? "");
    this.remark.hidden = !status.remark;
    if (this.remark.textContent !== (status.remark ?? "")) this.remark.textContent = status.remark ?? "";
    this.root.dataset.state = status.state;
    this.say();
    this.extra.textContent = factsOf(status, this.compact).join("  ·  ");
    this.progress(status);
    this.offer(offered(status), status.longer);
  }

  /** The sentence, which names the run that is waited for as soon as it is known what that is called. */
  say() {
    const { status, trouble } = this.run ? feedOf(this.run) : { status: null, trouble: "" };
    if (!status) return;
    const again = trouble && trouble !== GONE ? " It is asked again every moment." : "";
    const words = trouble ? trouble + again : stateLine(status, (run) => known.named(run));
    if (this.line.textContent !== words) this.line.textContent = words; // it is read aloud whenever it is written
    this.line.title = this.compact ? words : ""; // the compact line may be cut
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
    const share = Math.max(0, Math.min(1, status.progress ?? 0));
    this.bar.hidden = !isAtWork(status);
    this.bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    this.share.style.width = `${(share * 100).toFixed(1)}%`;
  }

  /**
   * @param {Request[]} names
   * @param {Longer} [longer] to which ends it can be trained on
   */
  offer(names, longer) {
    const told = JSON.stringify([names, longer]);
    if (told === this.offered) return;
    this.offered = told;
    const focused = this.pressed && [document.body, null].includes(/** @type {any} */ (document.activeElement));
    this.buttons.replaceChildren(...names.map((name) => this.button(name, longer)));
    if (focused && names.length) /** @type {HTMLElement} */ (this.buttons.firstElementChild).focus();
    this.pressed &&= !names.length;
  }

  /**
   * @param {Request} name
   * @param {Longer} [longer]
   */
  button(name, longer) {
    const [shape, words] = BUTTONS[name];
    const button = make("button.plain", { type: "button" }, icon(shape), words);
    button.onclick = () => {
      this.pressed = button.matches(":focus-visible"); // by the keyboard
      if (name === "longer" && longer) this.choose(button, longer);
      else this.ask(button, name);
    };
    return button;
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Request} name
   * @param {{whole?: number}} [more]
   */
  ask(button, name, more) {
    const { run } = this;
    button.disabled = true;
    setTimeout(async () => {
      if (run && run === this.run) await feedOf(run).read(["status"]); // of a run that has ended there is news seldom
      button.disabled = false;
    }, GRACE_MS);
    this.trigger(name, { run, ...more });
  }

  /**
   * Asks how long in all, in the place of the button that was pressed, which comes back with an answer or without.
   * @param {HTMLButtonElement} button
   * @param {Longer} longer
   */
  choose(button, longer) {
    const choice = lengthChoice(longer, (whole) => {
      choice.replaceWith(button);
      button.focus();
      if (whole) this.ask(button, "longer", { whole });
    });
    button.replaceWith(choice);
    choice.querySelector("button")?.focus();
  }
}

/**
 * The component: shows the run that is looked at; sends `pause`, `resume` and `stop` with {run}, `longer` with {run, whole}.
 * @param {HTMLElement} root
 * @param {PartWith<{compact?: boolean}, null>} part
 */
export function mount(root, { props, trigger }) {
  const state = new StateView(root, trigger, Boolean(props.compact));
  view.on(["runs"], () => state.show(view.run));
  known.on(() => (view.run ? state.say() : state.show(null)));
  state.show(view.run);
}
