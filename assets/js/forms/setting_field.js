// One described setting as a field: its entry, a slider or a switch beside it, and at once what is wrong with what was entered.

import { make } from "../core/elements.js";
import { expected, isInside, isNumeric, range } from "./setting_bounds.js";
import { PLACES, placeOf, slides, valueAt } from "./setting_slider.js";
import { nameInWords } from "./setting_words.js";
import { inUnit } from "./units.js";

/** @import { Scalar, Setting } from "../core/types.d.ts" */

export class SettingField {
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
    const inputs = slides(setting) ? [this.madeSlider(), this.entry] : [this.entry];
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
        make("label.setting-name", { for: id }, titled(setting.name)),
        this.reset,
      ),
      make("div.setting-inputs", {}, ...inputs, this.told),
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
      max: String(PLACES),
      "aria-label": titled(this.setting.name),
      oninput: () => {
        this.entry.value = said(valueAt(this.setting, Number(slider.value)));
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
      "aria-label": `${titled(this.setting.name)} on or off`,
      onchange: () => {
        this.put(lever.checked ? this.before || this.setting.default || (this.setting.high ?? 2) / 2 : 0);
        this.changed();
      },
    });
    this.lever = lever;
    return lever;
  }

  slide() {
    if (!this.slider) return;
    const value = Number(this.entry.value);
    if (!Number.isFinite(value) || this.entry.value.trim() === "") return;
    const place = placeOf(this.setting, value);
    this.slider.value = String(Math.round(place));
    this.slider.style.setProperty("--share", `${(100 * place) / PLACES}%`);
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

  /** Whether it holds another value than the setting's own. */
  get isChanged() {
    return JSON.stringify(this.value) !== JSON.stringify(this.setting.default);
  }

  /** Says at once what is wrong; the server checks again. */
  check() {
    const { setting, value } = this;
    const isRight = !isNumeric(setting) || (value === null && setting.optional) || isInside(setting, value);
    const trouble = isRight
      ? ""
      : `The setting ${nameInWords(setting.name)} is ${JSON.stringify(value)}, but ${expected(setting)} was expected.`;
    this.trouble.textContent = trouble;
    this.tell();
    this.box.classList.toggle("wrong", Boolean(trouble));
    this.slider?.style.setProperty("--share", `${(100 * Number(this.slider.value)) / PLACES}%`);
    this.followLever();
    this.reset.hidden = !this.isChanged;
    return trouble;
  }

  /** The value in words, beside it. */
  tell() {
    const { setting, value } = this;
    this.told.textContent = isInside(setting, value) ? inUnit(setting.unit, value) : "";
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
const titled = (name) => name[0].toUpperCase() + nameInWords(name).slice(1);
/** @type {(value: Scalar | undefined) => string} */
const said = (value) => (value === null || value === undefined ? "" : String(value));
