// Choosing a clip of a data set: by facet and label, one after the other, or by chance. All in the browser.

import { icon, make } from "../core/elements.js";
import { bytesOf } from "../core/source.js";

const NO_LABEL = "no label";
const ALL = -2; // in place of a label: -1 is of a clip without one

/** @import { ClipSound, NoticeValue, PartWith, PickerSet } from "../core/types.d.ts" */
/** @typedef {{sound: ClipSound, title: string, subtitle: string, play: boolean, first: boolean}} Chosen */
/** @typedef {{set: PickerSet, chosen?: Chosen}} Offer */
/** @typedef {{facet: string, codes: Int32Array, names: string[]}} Labels of one facet */

class Picker {
  /**
   * @param {HTMLElement} root
   * @param {(chosen: Chosen) => void} onChoose
   */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    this.root = root;
    /** @type {PickerSet | null} */
    this.set = null;
    /** @type {Record<string, Int32Array>} */
    this.codes = {};
    /** @type {number[]} */
    this.clips = [];
    this.place = 0;
    this.facet = make("select", { onchange: () => this.by(this.facet.value) });
    this.label = make("select", { onchange: () => this.of(Number(this.label.value)) });
    this.counter = make("span.picker-counter", { "aria-live": "polite" });
    /** @type {(name: "back" | "forward", title: string, by: number) => HTMLElement} */
    const step = (name, title, by) =>
      make("button.round", { type: "button", title, "aria-label": title, onclick: () => this.go(by) }, icon(name));
    this.controls = make(
      "div.picker-controls",
      {},
      make("label.pick", {}, "By", this.facet),
      this.label,
      make(
        "div.picker-steps",
        {},
        step("back", "The clip before", -1),
        this.counter,
        step("forward", "The next clip", 1),
        make("button.plain", { type: "button", onclick: () => this.random() }, "Random"),
      ),
    );
    this.message = make("p.notice-line", { role: "status" });
    this.share = make("span");
    this.bar = make("div.state-bar", {}, this.share);
    root.append(this.controls, this.message, this.bar);
  }

  /**
   * A data set, or what is being waited for.
   * @param {Offer | NoticeValue | null} value
   */
  show(value) {
    const set = value && "set" in value ? value.set : null;
    const notice = value && "text" in value ? value : null;
    this.message.textContent = set ? "" : (notice?.text ?? "");
    this.message.hidden = Boolean(set) || !notice?.text;
    this.root.dataset.tone = notice?.tone ?? "";
    this.bar.hidden = Boolean(set) || !Number.isFinite(notice?.fraction);
    this.share.style.width = `${100 * (notice?.fraction ?? 0)}%`;
    this.controls.hidden = !set;
    if (!set || set.fingerprint === this.set?.fingerprint) {
      if (!set) this.set = null;
      return;
    }
    this.set = set;
    this.codes = Object.fromEntries(Object.entries(set.facets).map(([name, { codes }]) => [name, numbers(codes)]));
    const names = Object.keys(set.facets);
    this.facet.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
    this.facet.value = set.main_facet;
    this.by(this.facet.value, { first: true });
  }

  /**
   * Offers the labels of a facet, and goes to the first.
   * @param {string} facet
   * @param {{first?: boolean}} [options]
   */
  by(facet, options) {
    if (!this.set) return;
    const codes = this.codes[facet];
    const names = this.set.facets[facet].names;
    const counts = names.map(() => 0);
    for (const code of codes) if (code >= 0) counts[code]++;
    const offered = names.map((name, code) => ({ name, code })).filter(({ code }) => counts[code] > 0);
    offered.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    this.label.setAttribute("aria-label", facet);
    this.label.replaceChildren(
      make("option", { value: ALL }, `all ${this.set.n.toLocaleString("en")} clips`),
      ...offered.map(({ name, code }) => make("option", { value: code }, `${name} (${counts[code]})`)),
    );
    this.label.value = String(offered[0]?.code ?? ALL);
    this.of(Number(this.label.value), options);
  }

  /**
   * @param {number} code of a label, or ALL
   * @param {{first?: boolean}} [options]
   */
  of(code, options) {
    this.clips = this.clipsOf(code);
    this.place = 0;
    this.choose(options);
  }

  /** @param {number} by */
  go(by) {
    this.place = (this.place + by + this.clips.length) % this.clips.length;
    this.choose();
  }

  /** Any clip of the whole set; the label follows it. */
  random() {
    if (!this.set) return;
    const clip = Math.floor(Math.random() * this.set.n);
    if (!this.clips.includes(clip)) {
      const code = this.codes[this.facet.value][clip];
      const shown = code < 0 ? ALL : code;
      this.label.value = String(shown);
      this.clips = this.clipsOf(shown);
    }
    this.place = this.clips.indexOf(clip);
    this.choose();
  }

  /**
   * The clips with a label, or all.
   * @param {number} code
   */
  clipsOf(code) {
    const codes = this.codes[this.facet.value];
    const every = Array.from({ length: this.set?.n ?? 0 }, (_, clip) => clip);
    return code === ALL ? every : every.filter((clip) => codes[clip] === code);
  }

  choose({ first = false } = {}) {
    if (!this.set) return;
    const clip = this.clips[this.place];
    this.counter.textContent = `${this.place + 1} of ${this.clips.length}`;
    const others = Object.keys(this.set.facets).filter((facet) => facet !== this.facet.value);
    this.onChoose({
      sound: { fingerprint: this.set.fingerprint, index: clip },
      title: this.labelOf(this.facet.value, clip),
      subtitle: others
        .filter((facet) => this.codes[facet][clip] >= 0)
        .map((facet) => `${facet}: ${this.labelOf(facet, clip)}`)
        .join("  ·  "),
      play: !first,
      first,
    });
  }

  /**
   * @param {string} facet
   * @param {number} clip
   */
  labelOf(facet, clip) {
    return this.set?.facets[facet].names[this.codes[facet][clip]] ?? NO_LABEL;
  }
}

/** @param {string} base64 of little-endian int32 */
function numbers(base64) {
  return new Int32Array(bytesOf(base64).buffer);
}

/**
 * The component: sends `select`, what was chosen stands in value.chosen.
 * @param {HTMLElement} root
 * @param {PartWith<{eager?: boolean}, Offer | NoticeValue>} part
 */
export function mount(root, { props, trigger, watch }) {
  const picker = new Picker(root, (chosen) => {
    if (chosen.first && !props.eager) return;
    props.value = /** @type {Offer} */ ({ ...props.value, chosen });
    trigger("select", { index: chosen.sound.index, value: chosen });
  });
  const update = () => picker.show(props.value);
  watch("value", update);
  update();
}
