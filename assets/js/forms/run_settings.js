// With which settings the run that is looked at was started: those that differ from the defaults, and on a press all.

import { icon, make } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { drawn } from "../core/first.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { drawer } from "./drawer.js";
import { runCommand } from "./run_command.js";
import { nameInWords, valueInWords } from "./setting_words.js";

/** @import { OwnSetting, PartWith, RunSettingsAnswer } from "../core/types.d.ts" */

/** @type {(status: {state: string} | null) => "unknown" | "early" | "active" | "ended"} */
function phaseOf(status) {
  if (!status) return "unknown";
  if (status.state === "waiting" || status.state === "preparing") return "early";
  return isActive(status) ? "active" : "ended";
}

class RunSettings {
  /**
   * @param {HTMLElement} root
   * @param {((run: string) => void) | null} again null where nothing can be started
   */
  constructor(root, again) {
    this.root = root;
    this.again = again;
    /** @type {string | null} */
    this.run = null;
    /** @type {(() => void) | null} */
    this.stop = null;
  }

  /**
   * @param {string | null} run
   * @returns {Promise<void>}
   */
  async show(run) {
    this.stop?.();
    this.stop = null;
    if (run !== this.run)
      this.root.replaceChildren(...(run ? [make("div.set-waiting", { "aria-hidden": "true" })] : []));
    this.run = run;
    if (!run) return;
    const feed = feedOf(run);
    await drawn;
    if (run !== this.run) return;
    let before = phaseOf(feed.status);
    const told = await source.settings(run).catch(() => null);
    if (run !== this.run) return;
    this.root.replaceChildren(...(told ? this.parts(run, told) : []));
    // Who opens the page before the run begins sees it when it does, and then what its data left of the settings. One that
    // has ended may be given a later end.
    const isNews = () => {
      const now = phaseOf(feed.status);
      if (now === before || now === "unknown" || (before === "unknown" && now === "early" && told)) return false;
      const ends = before === "active" && now === "ended"; // with the settings that it had
      before = now;
      return !ends;
    };
    if (isNews()) return this.show(run);
    this.stop = feed.follow("status", this.root, () => isNews() && this.show(run));
  }

  /**
   * @param {string} run
   * @param {RunSettingsAnswer} told
   */
  parts(run, { method, encoder, usual_encoder, data, breaks, settings, command, note, watched }) {
    const chips = [
      ...breaks.map((name) => make("span.set-chip.without", {}, `without ${nameInWords(name)}`)),
      ...(usual_encoder ? [] : [make("span.set-chip", {}, encoder)]),
      ...settings.filter(({ changed }) => changed).map(chip),
    ];
    const onclick = () => {
      drawer.set(true);
      this.again?.(run);
    };
    const title = "Fill the form with the settings of this run";
    const again = make("button.plain", { type: "button", title, onclick }, icon("repeat"), "Again with …");
    const offered = this.again && !watched ? again : null;
    const usual = make("span.set-none", {}, "All settings as by default.");
    return [
      make("div.set-head", {}, make("strong", {}, `${method} on ${data || "unknown data"}`), offered),
      make("div.set-chips", {}, ...(chips.length || watched ? chips : [usual])),
      note ? make("p.set-faint", {}, note) : "",
      watched
        ? ""
        : make(
            "details",
            {},
            make("summary", {}, `All ${settings.length} settings of this run`),
            command ? runCommand(command) : null,
            table(settings),
          ),
    ];
  }
}

/** @param {OwnSetting} setting */
const chip = ({ name, value, unit, title, default: standard }) =>
  make(
    "span.set-chip",
    { title: standard === null ? title : `${title}; default ${valueInWords(standard, unit)}` },
    `${nameInWords(name)} ${valueInWords(value, unit)}`,
  );

/** @param {OwnSetting[]} settings */
function table(settings) {
  const rows = settings.map(({ name, title, value, unit, changed, default: standard }) =>
    make(
      changed ? "tr.changed" : "tr",
      {},
      make("th", { scope: "row" }, nameInWords(name)),
      make("td", {}, valueInWords(value, unit)),
      make("td.set-faint", {}, changed ? `default ${valueInWords(standard, unit)}` : title),
    ),
  );
  return make("table.set-table", {}, make("tbody", {}, ...rows));
}

/**
 * The component: shows the settings of the run that is looked at; sends `again` with {run}.
 * @param {HTMLElement} root
 * @param {PartWith<{read_only?: boolean}, null>} part
 */
export function mount(root, { props, trigger }) {
  const settings = new RunSettings(root, props.read_only ? null : (run) => trigger("again", { run }));
  view.on(["runs"], () => settings.show(view.run));
  settings.show(view.run);
}
