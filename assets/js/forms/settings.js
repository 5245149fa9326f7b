// A form made from described settings: range, default and one sentence of meaning for each. What was written into it is
// kept by the browser for this tab, since Gradio loads the page anew when it had lost the server.

import { make } from "../core/elements.js";

const small = window.matchMedia("(max-width: 640px)"); // there the form would hide all else
const SLIDER_STEPS = 1000;
const WIDEST_LINEAR = 100_000;

class SettingField {
  constructor(setting, value, onChange) {
    this.setting = setting;
    this.onChange = onChange;
    this.trouble = make("p.setting-trouble", { role: "alert" });
    this.inputs = this.controls();
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
      make("div.setting-inputs", {}, ...this.inputs),
      make("p.setting-meaning", {}, setting.meaning, make("span.setting-range", {}, ` ${range(setting)}`)),
      this.trouble,
    );
    this.put(value);
  }

  controls() {
    const { kind, choices } = this.setting;
    const told = () => this.changed();
    if (choices) {
      this.entry = make(
        "select",
        { onchange: told },
        ...choices.map((choice) => make("option", { value: choice }, choice)),
      );
      return [this.entry];
    }
    if (kind === "bool") {
      this.entry = make("input", { type: "checkbox", role: "switch", onchange: told });
      return [this.entry];
    }
    this.entry = make("input", {
      type: "text",
      inputmode: kind === "str" ? "text" : "decimal",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.entry.addEventListener("change", told);
    this.entry.addEventListener("input", () => this.slide());
    if (!this.slides()) return [this.entry];
    this.slider = make("input", {
      type: "range",
      min: "0",
      max: String(SLIDER_STEPS),
      "aria-label": words(this.setting.name),
    });
    this.slider.addEventListener("input", () => {
      this.entry.value = said(this.fromSlider());
      this.check();
    });
    this.slider.addEventListener("change", told);
    return [this.slider, this.entry];
  }

  /** A switch beside a setting of which 0 means off: it goes to 0 and back to where it was. */
  onOff() {
    if (!this.setting.switch) return null;
    this.lever = make("input", {
      type: "checkbox",
      role: "switch",
      "aria-label": `${words(this.setting.name)} on or off`,
      onchange: () => {
        this.put(this.lever.checked ? this.before || this.setting.default || this.setting.high / 2 : 0);
        this.changed();
      },
    });
    return this.lever;
  }

  /** A slider helps where there is a range that a hand can cover; "nothing" has no place on it. */
  slides() {
    const { kind, low, high, optional, scale } = this.setting;
    if (kind === "str" || optional || !Number.isFinite(low) || !Number.isFinite(high)) return false;
    return scale === "log" || high - low <= WIDEST_LINEAR;
  }

  get logarithmic() {
    return this.setting.scale === "log" && this.setting.low > 0;
  }

  fromSlider() {
    const { low, high, kind } = this.setting;
    const share = Number(this.slider.value) / SLIDER_STEPS;
    const raw = this.logarithmic ? low * (high / low) ** share : low + share * (high - low);
    const value = kind === "int" ? Math.round(raw) : Number(raw.toPrecision(3));
    return Math.min(high, Math.max(low, value));
  }

  slide() {
    if (!this.slider) return;
    const value = Number(this.entry.value);
    const { low, high } = this.setting;
    if (!Number.isFinite(value) || this.entry.value.trim() === "") return;
    const held = Math.min(high, Math.max(low, value));
    const share = this.logarithmic ? Math.log(held / low) / Math.log(high / low) : (held - low) / (high - low || 1);
    this.slider.value = String(Math.round(share * SLIDER_STEPS));
    this.slider.style.setProperty("--share", `${share * 100}%`);
  }

  put(value) {
    if (this.setting.kind === "bool") this.entry.checked = Boolean(value);
    else this.entry.value = said(value);
    this.slide();
    this.check();
  }

  get value() {
    const { kind, optional } = this.setting;
    if (kind === "bool") return this.entry.checked;
    const text = this.entry.value.trim();
    if (text === "" && optional) return null;
    return kind === "str" || text === "" || !Number.isFinite(Number(text)) ? text : Number(text);
  }

  /** Says at once what is wrong; the server checks again. */
  check() {
    const { kind, low, high, optional, name, default: usual } = this.setting;
    const { value } = this;
    let trouble = "";
    if ((kind === "int" || kind === "float") && !(value === null && optional)) {
      const inside =
        typeof value === "number" &&
        (kind !== "int" || Number.isInteger(value)) &&
        (!Number.isFinite(low) || value >= low) &&
        (!Number.isFinite(high) || value <= high);
      if (!inside)
        trouble = `The setting ${name.replaceAll("_", " ")} is ${JSON.stringify(value)}, but ${expected(this.setting)} was expected.`;
    }
    this.trouble.textContent = trouble;
    this.box?.classList.toggle("wrong", Boolean(trouble));
    this.slider?.style.setProperty("--share", `${(Number(this.slider.value) / SLIDER_STEPS) * 100}%`);
    this.followLever();
    this.reset && (this.reset.hidden = JSON.stringify(value) === JSON.stringify(usual));
    return trouble;
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

const words = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
const number = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : value.toLocaleString("en"));
const said = (value) => (value === null || value === undefined ? "" : String(value));

function expected({ kind, low, high, optional }) {
  const words = kind === "int" ? "a whole number" : "a number";
  const bounds =
    Number.isFinite(low) && Number.isFinite(high)
      ? ` from ${number(low)} to ${number(high)}`
      : Number.isFinite(low)
        ? ` of at least ${number(low)}`
        : Number.isFinite(high)
          ? ` of at most ${number(high)}`
          : "";
  return words + bounds + (optional ? " or nothing" : "");
}

function range({ low, high, kind, optional, default: usual }) {
  if (kind !== "int" && kind !== "float") return "";
  const bounds = Number.isFinite(low) && Number.isFinite(high) ? `${number(low)} to ${number(high)}, ` : "";
  return `(${bounds}usually ${usual === null && optional ? "empty" : number(usual)})`;
}

/** What was written into a form before the page was loaded anew: "group setting" → {setting: as described, value}. */
const readKept = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
};

function writeKept(key, fields) {
  const written = fields.filter(({ field }) => JSON.stringify(field.value) !== JSON.stringify(field.setting.default));
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

/** The component: value {groups: [{title, settings, values, open}]}; what was filled in is written to value.filled. */
export function mount(root, { props, trigger, watch }) {
  const key = `hearsight:form ${root.closest("[id]:not([id^=html-])")?.id}`; // Gradio's own id is another each time
  let fields = [];
  const tell = (quietly) => {
    const filled = Object.fromEntries(
      fields
        .map(({ group, field }) => group)
        .filter((g, i, all) => all.indexOf(g) === i)
        .map((g) => [g, {}]),
    );
    let wrong = "";
    for (const { group, field } of fields) {
      filled[group][field.setting.name] = field.value;
      wrong ||= field.check();
    }
    mine = JSON.stringify({ ...props.value, filled, wrong });
    props.value = JSON.parse(mine);
    if (quietly) return;
    writeKept(key, fields);
    trigger("change", {});
  };
  let mine = "";
  const update = () => {
    if (JSON.stringify(props.value) === mine) return;
    const kept = fields.length
      ? Object.fromEntries(fields.map(({ group, field }) => [`${group} ${field.setting.name}`, field]))
      : readKept(key);
    fields = [];
    root.replaceChildren(
      ...(props.value?.groups ?? []).map(({ title, name, settings, values = {}, open }) => {
        const boxes = settings.map((setting) => {
          const before = kept[`${name} ${setting.name}`];
          const same = before && JSON.stringify(before.setting) === JSON.stringify(setting);
          const field = new SettingField(setting, values[setting.name] ?? (same ? before.value : setting.default), () =>
            tell(false),
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
