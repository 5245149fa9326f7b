// Choosing a clip of a data set: by facet and label, one after the other, or by chance. All in the browser.

import { icon, make, onShown } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { isSeen } from "../core/pulse.js";
import { bytesOf } from "../core/source.js";
import { view } from "../core/view.js";
import { isOfRun } from "./of_run.js";
import { TextSearch } from "./text_search.js";
import { windowOf } from "./windows.js";

const NO_LABEL = "no label";
const [WITHOUT, ALL] = [-1, -2]; // in place of a label

/** @import { ClipSound, NoticeValue, PartWith, PickerSet } from "../core/types.d.ts" */
/** @typedef {{sound: ClipSound, title: string, subtitle: string, play: boolean, first: boolean}} Chosen */
/** @typedef {{set: PickerSet, chosen?: Chosen}} Offer */
/** @typedef {{first?: boolean, play?: boolean, followed?: boolean}} Choosing `first`: nobody asked for it; `play`: whether it
 * is heard; `followed`: it was chosen elsewhere */
/** @typedef {{facet: string, codes: Int32Array, names: string[]}} Labels of one facet */

class Picker {
  /**
   * @param {HTMLElement} root
   * @param {(chosen: Chosen, options: Choosing) => void} onChoose
   * @param {boolean} eager whether the first clip of a set is chosen by itself
   */
  constructor(root, onChoose, eager) {
    this.onChoose = onChoose;
    this.eager = eager;
    this.root = root;
    /** @type {PickerSet | null} */
    this.set = null;
    /** @type {Record<string, Int32Array>} */
    this.codes = {};
    /** @type {Float32Array | null} from and to of each clip in its file, in seconds */
    this.windows = null;
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
    this.search = new TextSearch((clip) => this.goTo(clip));
    this.controls.append(this.search.box);
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
    if (!set || set.fingerprint === this.set?.fingerprint) return; // the same set again: the clip stays chosen
    this.set = this.search.set = set;
    this.codes = Object.fromEntries(Object.entries(set.facets).map(([name, { codes }]) => [name, numbers(codes)]));
    this.windows = set.windows ? new Float32Array(bytesOf(set.windows).buffer) : null;
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
    const without = codes.filter((code) => code === WITHOUT).length;
    const offered = names.map((name, code) => ({ name, code })).filter(({ code }) => counts[code] > 0);
    offered.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    this.label.setAttribute("aria-label", facet);
    this.label.replaceChildren(
      make("option", { value: ALL }, `all ${counted(this.set.n, "clip")}`),
      ...offered.map(({ name, code }) => make("option", { value: code }, `${name} (${counts[code]})`)),
      ...(without ? [make("option", { value: WITHOUT }, `${NO_LABEL} (${without})`)] : []),
    );
    this.label.value = String(offered[0]?.code ?? ALL);
    this.of(Number(this.label.value), options);
  }

  /**
   * @param {number} code of a label, WITHOUT or ALL
   * @param {{first?: boolean}} [options]
   */
  of(code, options) {
    this.clips = this.clipsOf(code);
    this.place = 0;
    this.choose(options);
  }

  /** @param {number} by */
  go(by) {
    const { length } = this.clips;
    this.place = this.place < 0 && by < 0 ? length - 1 : (this.place + by + length) % length;
    this.choose();
  }

  /** Any clip of the whole set. */
  random() {
    if (this.set) this.goTo(Math.floor(Math.random() * this.set.n));
  }

  /**
   * The label follows the clip.
   * @param {number} clip
   * @param {Choosing} [options]
   */
  goTo(clip, options) {
    if (!this.clips.includes(clip)) {
      const shown = this.codes[this.facet.value][clip];
      this.label.value = String(shown);
      this.clips = this.clipsOf(shown);
    }
    this.place = this.clips.indexOf(clip);
    this.choose(options);
  }

  /**
   * The clips with a label, those without one, or all.
   * @param {number} code
   */
  clipsOf(code) {
    const codes = this.codes[this.facet.value];
    const every = Array.from({ length: this.set?.n ?? 0 }, (_, clip) => clip);
    return code === ALL ? every : every.filter((clip) => codes[clip] === code);
  }

  /** @param {Choosing} [options] */
  choose(options = {}) {
    if (!this.set) return;
    const clip = this.clips[this.place];
    const { first = false, play = !first } = options;
    const { length } = this.clips;
    const none = first && !options.followed && !this.eager; // is chosen yet: it waits for somebody
    this.counter.textContent = none ? counted(length, "clip") : `${this.place + 1} of ${length}`;
    const others = Object.keys(this.set.facets).filter((facet) => facet !== this.facet.value);
    const told = others
      .filter((facet) => this.codes[facet][clip] >= 0)
      .map((facet) => `${facet}: ${this.labelOf(facet, clip)}`);
    const chosen = {
      sound: { fingerprint: this.set.fingerprint, index: clip },
      title: this.labelOf(this.facet.value, clip),
      subtitle: [windowOf(this.windows, clip), ...told].filter(Boolean).join("  ·  "),
      play,
      first,
    };
    if (none) this.place = -1;
    this.onChoose(chosen, options);
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
 * @param {PartWith<{eager?: boolean, shared?: boolean, offers_chosen?: boolean}, Offer | NoticeValue>} part
 */
export function mount(root, { props, trigger, watch }) {
  let last = -1; // the clip that was chosen last
  let acting = false; // whether the clip of the page is being chosen here
  const picker = new Picker(
    root,
    async (chosen, { followed = false }) => {
      if (chosen.first && !props.eager && !followed) return;
      last = chosen.sound.index;
      props.value = /** @type {Offer} */ ({ ...props.value, chosen });
      trigger("select", { index: chosen.sound.index, value: chosen });
      if (!props.shared || chosen.first || followed || !(await isOfRun(picker.set))) return;
      acting = true;
      view.set({ clip: chosen.sound.index });
      acting = false;
    },
    Boolean(props.eager),
  );
  /** @param {{asked: boolean}} how whether somebody asked for it on this tab */
  const take = async ({ asked }) => {
    const { clip } = view.state;
    if (acting || clip === null || picker.controls.hidden || !isSeen(root) || !(await isOfRun(picker.set))) return;
    if (clip !== view.state.clip || clip >= (picker.set?.n ?? 0)) return;
    if (!asked && clip === last) return;
    picker.goTo(clip, { first: !asked, followed: true, play: false });
  };
  const offer = make("button.plain", { type: "button", onclick: () => take({ asked: true }) }, "The chosen clip");
  if (props.offers_chosen) picker.controls.append(offer);
  /** @param {{asked: boolean}} how */
  const follow = (how) => {
    offer.hidden = view.state.clip === null;
    if (props.shared) take(how);
  };
  const update = () => {
    picker.show(props.value);
    follow({ asked: false });
  };
  watch("value", update);
  view.on(["clip"], () => follow({ asked: true }));
  onShown(root, () => follow({ asked: false }));
  update();
}
