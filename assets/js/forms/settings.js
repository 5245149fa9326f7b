// A form made from described settings: range, default and one sentence of meaning for each. What was written into it is
// kept by the browser for this tab, since Gradio loads the page anew when it had lost the server.

import { make } from "../core/elements.js";
import { hold } from "./new_run.js";
import { inUnit } from "./units.js";

/** @import { PartWith, Scalar, Setting, SettingsValue } from "../core/types.d.ts" */

const small = window.matchMedia("(max-width: 640px)"); // there the form would hide all else
const SLIDER_STEPS = 1000;
const WIDEST_LINEAR = 100_000;

class SettingField {
  /**
   * @param {Setting} setting
   * @param {Scalar} value
   * @param {() => void} onChange
   */
  constructor(setting, value, onChange) {
    /** @type {HTMLInputElement | null} */
    this.slider = null;
    /** @type {HTMLInputElement | null} */
    this.lever = null;
    /** @type {Scalar} */
    this.before = null; // where a switched-off setting stood
    this.setting = setting;
    this.onChange = onChange;
    this.trouble = make("p.setting-trouble", { role: "alert" });
    this.told = make("output.setting-said", { hidden: !setting.unit });
    /** @type {HTMLInputElement | HTMLSelectElement} */
    this.entry = this.madeEntry();
    /** @type {HTMLInputElement | null} the entry, where it is a switch */
    this.toggle = setting.kind === "bool" && this.entry instanceof HTMLInputElement ? this.entry : null;
    this.inputs = this.slides() ? [this.madeSlider(), this.entry] : [this.entry];
    const id = `setting-${setting.name}-${Math.random().toString(36).slice(2, 8)}`;
    this.entry.id = id;
    this.reset = make(
      "button.setting-reset",
      {
        type: "button",
        title: `Back to ${said(setting.default)}`,
        "aria-label": `Reset ${setting.name}`,
        onclick: () => {
          this.put(setting.default);
          this.changed();
        },
      },
      "reset",
    );
    this.box = make(
      "div.setting",
      { "data-name": setting.name },
      make(
        "div.setting-head",
        {},
        this.onOff(),
        make("label.setting-name", { for: id }, words(setting.name)),
        this.reset,
      ),
      make("div.setting-inputs", {}, ...this.inputs, this.told),
      make("p.setting-meaning", {}, setting.meaning, make("span.setting-range", {}, ` ${range(setting)}`)),
      this.trouble,
    );
    this.put(value);
  }

  /** What the value is chosen from or written into. */
  madeEntry() {
    const { kind, choices } = this.setting;
    const onchange = () => this.changed();
    if (choices)
      return make("select", { onchange }, ...choices.map((choice) => make("option", { value: choice }, choice)));
    if (kind === "bool") return make("input", { type: "checkbox", role: "switch", onchange });
    return make("input", {
      type: "text",
      inputmode: kind === "str" ? "text" : "decimal",
      autocomplete: "off",
      spellcheck: "false",
      onchange,
      oninput: () => {
        this.slide();
        this.tell();
      },
    });
  }

  /** A slider beside it, which writes into it. */
  madeSlider() {
    const slider = make("input", {
      type: "range",
      min: "0",
      max: String(SLIDER_STEPS),
      "aria-label": words(this.setting.name),
      oninput: () => {
        this.entry.value = said(this.fromSlider(Number(slider.value)));
        this.check();
      },
      onchange: () => this.changed(),
    });
    this.slider = slider;
    return slider;
  }

  /** A switch beside a setting of which 0 means off: it goes to 0 and back to where it was. */
  onOff() {
    if (!this.setting.switch) return null;
    const lever = make("input", {
      type: "checkbox",
      role: "switch",
      "aria-label": `${words(this.setting.name)} on or off`,
      onchange: () => {
        this.put(lever.checked ? this.before || this.setting.default || (this.setting.high ?? 2) / 2 : 0);
        this.changed();
      },
    });
    this.lever = lever;
    return lever;
  }

  /** A slider helps where there is a range that a hand can cover; "nothing" has no place on it. */
  slides() {
    const { kind, low, high, optional, choices, scale } = this.setting;
    if (kind === "str" || kind === "bool" || choices || optional || low === null || high === null) return false;
    return scale === "log" || high - low <= WIDEST_LINEAR;
  }

  /** From where to where the slider goes, and whether by factors. */
  get way() {
    const { low, high, scale } = this.setting;
    return { low: low ?? 0, high: high ?? 0, logarithmic: scale === "log" && (low ?? 0) > 0 };
  }

  /** @param {number} place 0 to SLIDER_STEPS */
  fromSlider(place) {
    const { kind } = this.setting;
    const { low, high, logarithmic } = this.way;
    const share = place / SLIDER_STEPS;
    const raw = logarithmic ? low * (high / low) ** share : low + share * (high - low);
    const value = kind === "int" ? Math.round(raw) : Number(raw.toPrecision(3));
    return Math.min(high, Math.max(low, value));
  }

  slide() {
    if (!this.slider) return;
    const value = Number(this.entry.value);
    const { low, high, logarithmic } = this.way;
    if (!Number.isFinite(value) || this.entry.value.trim() === "") return;
    const held = Math.min(high, Math.max(low, value));
    const share = logarithmic ? Math.log(held / low) / Math.log(high / low) : (held - low) / (high - low || 1);
    this.slider.value = String(Math.round(share * SLIDER_STEPS));
    this.slider.style.setProperty("--share", `${share * 100}%`);
  }

  /** @param {Scalar} value */
  put(value) {
    if (this.toggle) this.toggle.checked = Boolean(value);
    else this.entry.value = said(value);
    this.slide();
    this.check();
  }

  /**
   * What was filled in; a text where a number was expected and none was written.
   * @returns {Scalar}
   */
  get value() {
    const { kind, optional } = this.setting;
    if (this.toggle) return this.toggle.checked;
    const text = this.entry.value.trim();
    if (text === "" && optional) return null;
    return kind === "str" || text === "" || !Number.isFinite(Number(text)) ? text : Number(text);
  }

  /** Says at once what is wrong; the server checks again. */
  check() {
    const { kind, low, high, optional, name, default: standard } = this.setting;
    const { value } = this;
    let trouble = "";
    if ((kind === "int" || kind === "float") && !(value === null && optional)) {
      const inside =
        typeof value === "number" &&
        (kind !== "int" || Number.isInteger(value)) &&
        (low === null || value >= low) &&
        (high === null || value <= high);
      if (!inside)
        trouble = `The setting ${name.replaceAll("_", " ")} is ${JSON.stringify(value)}, but ${expected(this.setting)} was expected.`;
    }
    this.trouble.textContent = trouble;
    this.tell();
    this.box?.classList.toggle("wrong", Boolean(trouble));
    this.slider?.style.setProperty("--share", `${(Number(this.slider.value) / SLIDER_STEPS) * 100}%`);
    this.followLever();
    this.reset.hidden = JSON.stringify(value) === JSON.stringify(standard);
    return trouble;
  }

  /** The value in words, beside it. */
  tell() {
    const { low, high, unit } = this.setting;
    const { value } = this;
    const legal = typeof value === "number" && (low === null || value >= low) && (high === null || value <= high);
    this.told.textContent = legal ? inUnit(unit, value) : "";
  }

  followLever() {
    if (!this.lever) return;
    if (this.value) this.before = this.value;
    this.lever.checked = this.value !== 0;
  }

  changed() {
    this.slide();
    this.check();
    this.onChange();
  }
}

/** @type {(name: string) => string} */
const words = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
/** @type {(value: number) => string} */
const number = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : value.toLocaleString("en"));
/** @type {(value: Scalar | undefined) => string} */
const said = (value) => (value === null || value === undefined ? "" : String(value));

/** @param {Setting} setting */
function expected({ kind, low, high, optional }) {
  const words = kind === "int" ? "a whole number" : "a number";
  let bounds = "";
  if (low !== null && high !== null) bounds = ` from ${number(low)} to ${number(high)}`;
  else if (low !== null) bounds = ` of at least ${number(low)}`;
  else if (high !== null) bounds = ` of at most ${number(high)}`;
  return words + bounds + (optional ? " or nothing" : "");
}

/** @param {Setting} setting */
function range({ low, high, kind, optional, unit, default: standard }) {
  if (kind !== "int" && kind !== "float") return "";
  /** @type {(value: number) => string} */
  const told = (value) => (unit ? inUnit(unit, value) : number(value));
  const bounds = low !== null && high !== null ? `${told(low)} to ${told(high)}, ` : "";
  return `(${bounds}default ${standard === null && optional ? "empty" : told(Number(standard))})`;
}

/** @typedef {{group: string, field: SettingField}} Placed a field and the name of its group */
/** @typedef {{setting: Setting, value: Scalar}} Kept what was written, and into what */

/**
 * What was written into a form before the page was loaded anew, by "group setting".
 * @param {string} key
 * @returns {Record<string, Kept>}
 */
const readKept = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
};

/** @param {Placed} placed */
const isChanged = ({ field }) => JSON.stringify(field.value) !== JSON.stringify(field.setting.default);

/**
 * @param {string} key
 * @param {Placed[]} fields
 */
function writeKept(key, fields) {
  const written = fields.filter(isChanged);
  const entries = written.map(({ group, field }) => [
    `${group} ${field.setting.name}`,
    { setting: field.setting, value: field.value },
  ]);
  try {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // A browser that keeps nothing loses what was written when the page is loaded anew.
  }
}

/**
 * Those fields that don't hold the default.
 * @param {Placed[]} fields
 */
const changedOf = (fields) =>
  fields
    .filter(isChanged)
    .map(({ field }) => ({ name: field.setting.name, value: field.value, unit: field.setting.unit }));

/**
 * The component: what was filled in is written to value.filled, and sent as `change`.
 * @param {HTMLElement} root
 * @param {PartWith<{holds?: boolean}, SettingsValue>} part `holds`: whether it is the form of a new run
 */
export function mount(root, { props, trigger, watch }) {
  const key = `hearsight:form ${root.closest("[id]:not([id^=html-])")?.id}`; // Gradio's own id is another each time
  /** @type {Placed[]} */
  let fields = [];
  let mine = "";
  /** @param {boolean} quietly */
  const tell = (quietly) => {
    /** @type {Record<string, Record<string, Scalar>>} */
    const filled = {};
    let wrong = "";
    for (const { group, field } of fields) {
      filled[group] ??= {};
      filled[group][field.setting.name] = field.value;
      wrong ||= field.check();
    }
    mine = JSON.stringify({ ...props.value, filled, wrong });
    props.value = JSON.parse(mine);
    if (props.holds) hold({ method: props.value?.groups?.[0]?.title ?? "", changed: changedOf(fields) });
    if (quietly) return;
    writeKept(key, fields);
    trigger("change", {});
  };
  const update = () => {
    if (JSON.stringify(props.value) === mine) return;
    /** @type {Record<string, Kept>} */
    const kept = fields.length
      ? Object.fromEntries(fields.map(({ group, field }) => [`${group} ${field.setting.name}`, field]))
      : readKept(key);
    fields = [];
    root.replaceChildren(
      ...(props.value?.groups ?? []).map(({ title, name, settings, values = {}, open }) => {
        const boxes = settings.map((setting) => {
          const before = kept[`${name} ${setting.name}`];
          const same = before && JSON.stringify(before.setting) === JSON.stringify(setting);
          const field = new SettingField(
            setting,
            setting.name in values ? values[setting.name] : same ? before.value : setting.default,
            () => tell(false),
          );
          fields.push({ group: name, field });
          return field.box;
        });
        return make(
          "details.settings-group",
          { open: open !== false && !small.matches },
          make("summary", {}, title),
          make("div.settings-grid", {}, ...boxes),
        );
      }),
    );
    tell(true);
  };
  root.addEventListener("input", () => writeKept(key, fields)); // also what is being typed
  watch("value", update);
  update();
}
