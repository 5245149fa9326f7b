// What the model knows, folded: of the labels, of what should not matter, and what it ignores. Computed by another process when
// a visitor asks, and kept with the run; the parts come one after the other.

import { make } from "../core/elements.js";
import { atNextSnapshot } from "../core/next_snapshot.js";
import { isSeen, onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { facetsShown } from "./facets.js";
import { profileShown } from "./profile.js";
import { shortcutsShown } from "./shortcuts.js";

/** @import { Knowledge, KnowledgeAsked } from "../core/types.d.ts" */

const FOLLOW_MS = 1500; // how often it is asked how far a computation is

export class KnowledgeView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {string | null} */
    this.run = null;
    /** @type {Knowledge | null} */
    this.known = null;
    this.drawn = "";
    /** @type {() => void} */
    this.stop = () => {};
    this.following = false; // whether it is asked how far a computation is
    this.status = make("p.known-status", { role: "status" });
    this.bar = make("progress", { max: "1", hidden: true, "aria-label": "How far the computation is" });
    this.button = make("button.plain", { type: "button", onclick: () => this.compute(), hidden: true });
    this.facets = make("div");
    this.shortcuts = make("div");
    this.profile = make("div");
    const section = (/** @type {string} */ title, /** @type {HTMLElement} */ content) =>
      make("section.known-part", { hidden: true }, make("h3", {}, title), content);
    this.sections = {
      facets: section("How well the model tells labels apart", this.facets),
      shortcuts: section("What it may listen to instead", this.shortcuts),
      invariance: section("What it ignores", this.profile),
    };
    this.fold = make(
      "details.known-fold",
      { ontoggle: () => this.look() },
      make("summary", {}, "What does it know?"),
      make("div.known-head", {}, this.status, this.bar, this.button),
      make("div.known-parts", {}, ...Object.values(this.sections)),
    );
    root.append(this.fold);
    view.on(["runs"], () => this.show(view.run));
    this.show(view.run);
  }

  /** @param {string | null} run */
  show(run) {
    if (run === this.run) return;
    this.stop();
    this.stop = () => {};
    this.run = run;
    this.known = null;
    this.drawn = "";
    this.fold.hidden = !run;
    this.button.hidden = this.bar.hidden = true;
    for (const section of Object.values(this.sections)) section.hidden = true;
    this.say("");
    this.look();
  }

  /** Asks for what is kept, where the fold is open. */
  async look() {
    const { run } = this;
    if (!run || !this.fold.open) return;
    try {
      const known = await source.knowledge(run);
      if (run === this.run) this.draw(known, run);
    } catch (error) {
      if (run === this.run) this.say(/** @type {Error} */ (error).message);
    }
  }

  async compute() {
    const { run } = this;
    if (!run) return;
    this.button.disabled = true;
    try {
      const { asked } = await source.computeKnowledge(run);
      if (run === this.run) this.follow(asked);
    } catch (error) {
      if (run === this.run) this.say(/** @type {Error} */ (error).message);
    } finally {
      this.button.disabled = false;
    }
  }

  /** @param {KnowledgeAsked} asked */
  follow({ fraction, text }) {
    this.say(`${text} …`);
    this.bar.hidden = false;
    this.bar.value = fraction;
    this.button.hidden = true;
    if (this.following) return; // a new follower would be asked at once
    this.stop(); // waiting for a snapshot
    this.following = true;
    const stop = onPulse(() => this.look(), { every: FOLLOW_MS, seen: () => this.fold.open && isSeen(this.root) });
    this.stop = () => {
      stop();
      this.following = false;
    };
  }

  /**
   * @param {Knowledge} known
   * @param {string} run
   */
  draw(known, run) {
    this.known = known;
    const { facets, shortcuts, invariance, asked, offered, newest } = known;
    const drawn = JSON.stringify([facets, shortcuts, invariance]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.fill("facets", this.facets, facets && facetsShown(facets));
      this.fill("shortcuts", this.shortcuts, shortcuts && shortcutsShown(shortcuts));
      this.fill("invariance", this.profile, invariance && profileShown(invariance, known, run));
    }
    const step = facets?.step ?? shortcuts?.step;
    if (asked && !asked.done) {
      this.follow(asked);
      return;
    }
    this.stop();
    this.stop = newest === null ? atNextSnapshot(run, this.root, () => this.look()) : () => {};
    this.bar.hidden = true;
    this.button.hidden = !offered || (step !== undefined && step === newest && invariance !== null && !asked?.error);
    this.button.textContent = step === undefined ? "Work it out" : "Work it out again";
    const of = step === undefined ? "" : `As of step ${step.toLocaleString("en")}.`;
    const later =
      step !== undefined && newest !== null && newest > step ? ` The run is at ${newest.toLocaleString("en")}.` : "";
    const nothing = offered
      ? "Probes, shortcuts and invariance are worked out beside the training, in a few minutes."
      : `It was not worked out for this run${newest === null ? "." : ": python -m training knows RUN does so."}`;
    this.say(asked?.error || (of ? of + later : nothing));
  }

  /**
   * @param {keyof KnowledgeView["sections"]} part
   * @param {HTMLElement} box
   * @param {(Node | null)[] | null} content
   */
  fill(part, box, content) {
    this.sections[part].hidden = !content;
    box.replaceChildren(...(content ?? []).filter((one) => one !== null));
  }

  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
    this.status.hidden = !text;
  }
}

/**
 * The component: shows the run that is looked at.
 * @param {HTMLElement} root
 */
export function mount(root) {
  new KnowledgeView(root);
}
