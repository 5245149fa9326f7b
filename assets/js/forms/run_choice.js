// The choice of a run: a field that shows the one that is looked at, and lists those there are when it is gone into.

import { make, targetOf } from "../core/elements.js";
import { isSeen, onPulse } from "../core/pulse.js";
import { view } from "../core/view.js";
import { known } from "../runs/known.js";
import { chosen } from "../twins/pairs.js";

const AGE_MS = 30_000; // runs grow older by minutes
const ASK_MS = 4000; // while there is no run to look at, one may be started by the command line
const NOTHING = { name: "", line: "nothing" };

/** @import { PartWith, RunValue } from "../core/types.d.ts" */

class RunChoice {
  /**
   * @param {HTMLElement} root
   * @param {string} label
   * @param {0 | 1} place 0 for the run that is looked at, 1 for the one to compare it with
   */
  constructor(root, label, place) {
    this.place = place;
    this.at = -1; // which option the arrow keys are on
    this.offered = ""; // what is listed
    const id = `runs-${place}`;
    this.field = make("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "",
      "aria-label": label,
      "aria-expanded": "false",
      "aria-controls": id,
      "aria-autocomplete": "list",
      onfocus: () => this.open(),
      onclick: () => this.open(),
      onblur: () => this.close(),
      oninput: () => this.list(this.field.value),
    });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.options = make("ul.run-options", { id, role: "listbox", "aria-label": label, hidden: true });
    // A press would take the focus away, and with it the list, before it is a click.
    this.options.addEventListener("pointerdown", (event) => event.preventDefault());
    this.options.addEventListener("click", (event) => this.choose(targetOf(event).closest("li")?.dataset.name));
    this.trouble = make("p.run-trouble", { role: "alert", hidden: true });
    root.append(
      make("div.run-field", {}, place ? make("span.run-label", {}, label) : null, this.field, this.options),
      this.trouble,
    );
    view.on(["runs"], () => this.show());
    known.on(() => {
      this.describe();
      this.warn();
    });
    this.show();
  }

  get none() {
    return this.place ? NOTHING.line : known.asked ? "No run yet" : "Looking for runs …";
  }

  get chosen() {
    return view.state.runs[this.place] ?? "";
  }

  async show() {
    this.describe();
    if (!this.place && !this.chosen) return known.propose();
    if (this.chosen && !known.of(this.chosen)) await this.ask();
    else this.warn();
  }

  /** What the field says where nobody writes in it: the run in one line; its folder's name is its tip. */
  describe() {
    this.field.title = this.chosen;
    this.field.placeholder = this.none;
    if (document.activeElement !== this.field || this.options.hidden) this.field.value = this.shown;
  }

  get shown() {
    return this.chosen && known.short(this.chosen);
  }

  /** Asks which runs there are; null where nobody answers. */
  ask() {
    return known.ask().catch(() => null);
  }

  warn() {
    const gone = this.chosen && !known.of(this.chosen);
    this.trouble.textContent = gone ? `There is no run called “${this.chosen}” here; choose another one.` : "";
    this.trouble.hidden = !gone;
  }

  /** Whether the run that is looked at was not there when it was asked for last; it may begin meanwhile. */
  get awaited() {
    return !this.trouble.hidden && isSeen(this.field);
  }

  async open() {
    if (!this.options.hidden) return;
    this.options.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.select();
    this.list("");
    const before = this.field.value;
    await this.ask();
    if (!this.options.hidden) this.list(this.field.value === before ? "" : this.field.value);
  }

  close() {
    this.options.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.point(-1);
    this.describe();
  }

  /**
   * Offers the runs in whose line each of the words stands.
   * @param {string} typed
   */
  list(typed) {
    this.options.hidden = false;
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const others = view.state.runs.filter((_, place) => this.place && place !== this.place);
    const named = known.rows.map(({ name }) => ({ name, line: known.line(name) }));
    const offered = [...(this.place ? [NOTHING] : []), ...named.filter(({ name }) => !others.includes(name))].filter(
      ({ name, line }) => words.every((word) => `${line} ${name}`.toLowerCase().includes(word)),
    );
    const drawn = JSON.stringify([offered, this.chosen]);
    if (drawn === this.offered) return; // the entries stay, as one of them may just be pressed
    this.offered = drawn;
    this.options.replaceChildren(
      ...offered.map(({ name, line }, i) =>
        make(
          "li",
          {
            id: `${this.options.id}-${i}`,
            role: "option",
            "data-name": name,
            title: name,
            "aria-selected": String(name === this.chosen),
          },
          line,
        ),
      ),
    );
    this.point(-1);
  }

  get entries() {
    return /** @type {HTMLElement[]} */ ([...this.options.children]);
  }

  /** @param {number} at */
  point(at) {
    this.at = at;
    const options = this.entries;
    for (const [i, option] of options.entries()) option.classList.toggle("pointed", i === at);
    options[at]?.scrollIntoView({ block: "nearest" });
    if (options[at]) this.field.setAttribute("aria-activedescendant", options[at].id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const count = this.options.children.length;
    if (step && this.options.hidden) this.open();
    else if (step && count) this.point((this.at + step + count + (this.at < 0 && step < 0 ? 1 : 0)) % count);
    else if (event.key === "Enter" && !this.options.hidden)
      this.choose(this.entries[Math.max(0, this.at)]?.dataset.name);
    else if (event.key === "Escape" && !this.options.hidden) this.close();
    else return;
    event.preventDefault();
  }

  /** @param {string | undefined} name */
  choose(name) {
    if (name === undefined) return;
    this.options.hidden = true;
    view.set({ runs: chosen(view.state.runs, this.place, name) });
    this.close();
    this.field.blur();
  }
}

/**
 * The component: its value becomes {run}, the run in its place. What the server gives is an action: the run is chosen, or
 * none where it is "".
 * @param {HTMLElement} root
 * @param {PartWith<{heading: string, compare?: boolean}, RunValue>} part
 */
export function mount(root, { props, watch }) {
  const place = props.compare ? 1 : 0;
  const choice = new RunChoice(root, props.heading, place);
  const tell = () => {
    if ((props.value?.run ?? "") !== choice.chosen) props.value = { run: choice.chosen || null };
  };
  watch("value", () => {
    const run = props.value?.run;
    if (typeof run === "string" && run !== choice.chosen) choice.choose(run);
  });
  view.on(["runs"], tell);
  tell();
  if (place) return;
  onPulse(() => known.propose(), { every: ASK_MS, seen: () => view.run === null });
  onPulse(() => known.reword(), { every: AGE_MS, seen: () => known.asked });
  onPulse(() => choice.ask(), { every: ASK_MS, seen: () => choice.awaited });
}
