// Make it collapse: a button, and a dialog that asks what is to go wrong and what will come of it before both runs start.

import { closing, make } from "../core/elements.js";
import { view } from "../core/view.js";
import { newRun } from "../forms/new_run.js";
import { FORETOLD, predictions } from "./predictions.js";
import { Takes } from "./takes.js";
import { HELD_AGAINST, MEASURES } from "./words.js";

const STEPS = 300; // at which docs/verdicts.md says what a collapse is

/** @import { CollapseOffers, MakeCollapseValue, PartWith } from "../core/types.d.ts" */

class CollapseForm {
  /** @param {PartWith<unknown, MakeCollapseValue>} part */
  constructor(part) {
    this.part = part;
    this.asked = 0;
    /** @type {CollapseOffers | null} */
    this.offers = null;
    this.button = make(
      "button.plain",
      { type: "button", "aria-haspopup": "dialog", title: "Break a method on purpose, and predict what happens" },
      "Make it collapse",
    );
    this.button.addEventListener("click", () => this.show());
    this.famous = make("div.collapse-famous", { role: "group", "aria-label": "Famous ways to go wrong" });
    this.method = make("select", { onchange: () => this.ofMethod() });
    this.wrongs = make("div.collapse-wrongs", { role: "radiogroup", "aria-label": "What goes wrong" });
    this.steps = make("input", { type: "number", min: "1", step: "1", value: String(STEPS) });
    this.steps.addEventListener("input", () => this.dress());
    this.data = make("span");
    this.takes = new Takes((question) => part.trigger("weigh", question));
    this.trouble = make("p.collapse-trouble", { role: "alert", hidden: true });
    this.begin = make("button.plain.primary", { type: "button", onclick: () => this.start() }, "Start both");
    this.missing = make("span.collapse-missing", { role: "status" });
    this.dialog = make(
      "dialog.runs-dialog.collapse-dialog",
      { "aria-label": "Make it collapse" },
      make(
        "div.runs-head",
        {},
        make("h2", {}, "Make it collapse"),
        closing(() => this.dialog.close()),
      ),
      make("div.collapse-body", {}, ...this.parts()),
      make("div.runs-foot", {}, this.begin, this.missing),
    );
    this.dialog.addEventListener("pointerdown", (event) => event.target === this.dialog && this.dialog.close()); // beside it
    part.watch("value", () => this.answered());
  }

  parts() {
    return [
      make(
        "p.collapse-intro",
        {},
        "Two runs start from the same random weights and hear the same sounds, step by step in turn. One is as the method wants it; in the other, one thing is wrong.",
      ),
      make(
        "section",
        {},
        make("h3", {}, "1. What goes wrong?"),
        this.famous,
        make("label.collapse-method", {}, "Method", this.method),
        this.wrongs,
      ),
      make(
        "section",
        {},
        make("h3", {}, "2. What will the broken run do, beside the healthy one?"),
        make("p.collapse-told", {}, HELD_AGAINST),
        predictions(() => this.dress()),
        make(
          "label.collapse-steps",
          {},
          make("span", {}, "Train each for"),
          this.steps,
          make("span", {}, "steps on ", this.data),
        ),
        this.takes.box,
        this.trouble,
      ),
    ];
  }

  show() {
    this.data.textContent = newRun.data || "the chosen data";
    this.say("");
    this.takes.forget();
    this.dress();
    this.dialog.showModal();
    if (!this.offers) this.part.trigger("ask", {});
  }

  answered() {
    const value = this.part.props.value ?? {};
    if (value.offers && !this.offers) {
      this.offers = value.offers;
      this.fill(this.offers);
    }
    this.takes.answered(value);
    if (!value.asked || value.asked !== this.asked) return;
    this.asked = -this.asked; // answered
    this.say(value.trouble ?? "");
    this.dress();
    if (!value.runs?.length) return;
    this.dialog.close();
    view.set({ runs: value.runs });
  }

  /** @param {CollapseOffers} offers */
  fill({ famous, methods, method }) {
    this.famous.replaceChildren(
      ...famous.map(({ method: name, wrong, title }) =>
        make(
          "button.plain",
          { type: "button", "data-wrong": `${name} ${wrong}`, onclick: () => this.choose(name, wrong) },
          title,
        ),
      ),
    );
    this.method.replaceChildren(...methods.map(({ name, title }) => make("option", { value: name }, title)));
    const [first] = famous;
    const own = famous.find((each) => each.method === method);
    if (own || !methods.some(({ name }) => name === method)) this.choose((own ?? first).method, (own ?? first).wrong);
    else this.choose(method, "");
  }

  /**
   * @param {string} method
   * @param {string} wrong "" for none yet
   */
  choose(method, wrong) {
    this.method.value = method;
    this.ofMethod(wrong);
  }

  /** What can go wrong with the chosen method. @param {string} [chosen] */
  ofMethod(chosen = "") {
    const found = this.offers?.methods.find(({ name }) => name === this.method.value);
    this.wrongs.replaceChildren(
      ...(found?.wrongs ?? []).map(({ name, title, does }) =>
        make(
          "label.collapse-wrong",
          {},
          make("input", {
            type: "radio",
            name: "collapse-wrong",
            value: name,
            checked: name === chosen,
            onchange: () => this.dress(),
          }),
          make("span", {}, make("strong", {}, `${title[0].toUpperCase()}${title.slice(1)}`), make("small", {}, does)),
        ),
      ),
    );
    this.dress();
  }

  /** @param {string} name */
  chosen(name) {
    const found = this.dialog.querySelector(`input[name="collapse-${name}"]:checked`);
    return found instanceof HTMLInputElement ? found.value : "";
  }

  /** What is still to be said, in words; "" where all is. */
  get open() {
    if (!this.offers) return "Loading what can go wrong …";
    if (this.asked > 0) return "Starting …";
    if (!this.chosen("wrong")) return "Choose what goes wrong.";
    const left = FORETOLD.filter((name) => !this.chosen(name)).length;
    if (left) return left === FORETOLD.length ? "Say first what will happen." : `${left} more to predict.`;
    return this.planned ? "" : "Say for how many steps, as a whole number.";
  }

  /** What both are to be, as soon as that is said. */
  get planned() {
    const [wrong, steps] = [this.chosen("wrong"), this.steps.valueAsNumber];
    const whole = Number.isInteger(steps) && steps > 0;
    return this.offers && wrong && whole ? { method: this.method.value, wrong, steps } : null;
  }

  dress() {
    this.takes.plan(this.planned);
    const { open } = this;
    this.begin.disabled = open !== "";
    this.missing.textContent = open;
    const chosen = `${this.method.value} ${this.chosen("wrong")}`;
    for (const button of this.famous.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.wrong === chosen));
  }

  /** @param {string} sentence */
  say(sentence) {
    this.trouble.textContent = sentence;
    this.trouble.hidden = !sentence;
  }

  start() {
    this.asked = Math.abs(this.asked) + 1;
    this.say("");
    this.dress();
    const foretold = Object.fromEntries(MEASURES.map(([name]) => [name, this.chosen(name)]));
    this.part.trigger("begin", {
      ...foretold,
      asked: this.asked,
      method: this.method.value,
      wrong: this.chosen("wrong"),
      steps: this.steps.valueAsNumber,
      collapses: this.chosen("collapses") === "yes",
    });
  }
}

/**
 * The component.
 * @param {HTMLElement} root
 * @param {PartWith<unknown, MakeCollapseValue>} part
 */
export function mount(root, part) {
  const form = new CollapseForm(part);
  root.append(form.button, form.dialog);
}
