// The choice of a run: a field that shows the one that is looked at, and lists those there are when it is gone into.

import { make, targetOf } from "../core/elements.js";
import { onPulse } from "../core/pulse.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";

const ASK_MS = 4000; // while there is no run to look at, one may be started by the command line
const NOTHING = { name: "", title: "nothing" };

/** @import { PartWith, RunList, RunValue } from "../core/types.d.ts" */

class RunChoice {
  /**
   * @param {HTMLElement} root
   * @param {string} label
   * @param {0 | 1} place 0 for the run that is looked at, 1 for the one to compare it with
   */
  constructor(root, label, place) {
    this.place = place;
    /** @type {RunList["runs"]} */
    this.runs = [];
    this.at = -1; // which option the arrow keys are on
    const id = `runs-${place}`;
    this.field = make("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: place ? NOTHING.title : "No run yet",
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
    this.show();
  }

  get chosen() {
    return view.state.runs[this.place] ?? "";
  }

  async show() {
    this.describe();
    if (!this.place && !this.chosen) return this.propose();
    if (this.chosen && !this.known(this.chosen)) await this.ask();
    else this.warn();
  }

  /** @param {string} name */
  known(name) {
    return this.runs.find((run) => run.name === name);
  }

  describe() {
    if (document.activeElement !== this.field || this.options.hidden)
      this.field.value = this.known(this.chosen)?.title ?? this.chosen;
  }

  /** Asks which runs there are. */
  async ask() {
    const found = await source.runs().catch(() => null);
    if (!found) return null;
    this.runs = found.runs;
    this.describe();
    this.warn();
    return found;
  }

  warn() {
    const gone = this.chosen && !this.known(this.chosen);
    this.trouble.textContent = gone ? `There is no run called “${this.chosen}” here; choose another one.` : "";
    this.trouble.hidden = !gone;
  }

  /** Where nobody has chosen a run, the one most worth a look is shown. */
  async propose() {
    const found = await this.ask();
    if (found?.latest && !view.run) view.set({ runs: [found.latest] }, { replace: true });
  }

  async open() {
    if (!this.options.hidden) return;
    this.options.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.select();
    this.list("");
    await this.ask();
    if (!this.options.hidden) this.list(this.field.value === this.shown ? "" : this.field.value);
  }

  close() {
    this.options.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.describe();
  }

  get shown() {
    return this.known(this.chosen)?.title ?? this.chosen;
  }

  /**
   * Offers the runs in whose line each of the words stands.
   * @param {string} typed
   */
  list(typed) {
    this.options.hidden = false;
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const other = view.state.runs[1 - this.place];
    const offered = (this.place ? [NOTHING, ...this.runs.filter(({ name }) => name !== other)] : this.runs).filter(
      ({ title }) => words.every((word) => title.toLowerCase().includes(word)),
    );
    this.options.replaceChildren(
      ...offered.map(({ name, title }, i) =>
        make(
          "li",
          {
            id: `${this.options.id}-${i}`,
            role: "option",
            "data-name": name,
            title,
            "aria-selected": String(name === this.chosen),
          },
          title,
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
    const others = view.state.runs.filter((other, place) => place !== this.place && other !== name);
    view.set({ runs: (this.place ? [...others, name] : [name, ...others]).filter(Boolean) });
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
  if (!place) onPulse(() => choice.propose(), { every: ASK_MS, seen: () => view.run === null });
}
