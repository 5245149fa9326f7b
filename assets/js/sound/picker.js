// Choosing a clip of a data set: by facet and label, one after the other, or by chance. All in the browser.

import { icon, make } from "../core/elements.js";
import { bytesOf } from "../core/source.js";

const NO_LABEL = "no label";

class Picker {
  /** `onChoose(chosen)` is called with {sound, title, subtitle, play, first}. */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    this.root = root;
    this.facet = make("select", { onchange: () => this.by(this.facet.value) });
    this.label = make("select", { onchange: () => this.of(Number(this.label.value)) });
    this.counter = make("span.picker-counter", { "aria-live": "polite" });
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

  /** {set: {fingerprint, name, n, facets, main_facet}} or {text, fraction, tone}. */
  show(value) {
    const set = value?.set ?? null;
    this.message.textContent = set ? "" : (value?.text ?? "");
    this.message.hidden = Boolean(set) || !value?.text;
    this.root.dataset.tone = value?.tone ?? "";
    this.bar.hidden = Boolean(set) || !Number.isFinite(value?.fraction);
    this.share.style.width = `${100 * (value?.fraction ?? 0)}%`;
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

  /** Offers the labels of a facet, and goes to the first. */
  by(facet, options) {
    const codes = this.codes[facet];
    const names = this.set.facets[facet].names;
    const counts = names.map(() => 0);
    for (const code of codes) if (code >= 0) counts[code]++;
    const offered = names.map((name, code) => ({ name, code })).filter(({ code }) => counts[code] > 0);
    offered.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    this.label.setAttribute("aria-label", facet);
    this.label.replaceChildren(
      make("option", { value: -2 }, `all ${this.set.n.toLocaleString("en")} clips`),
      ...offered.map(({ name, code }) => make("option", { value: code }, `${name} (${counts[code]})`)),
    );
    this.label.value = String(offered[0]?.code ?? -2);
    this.of(Number(this.label.value), options);
  }

  of(code, options) {
    const codes = this.codes[this.facet.value];
    this.clips = [];
    for (let clip = 0; clip < this.set.n; clip++) if (code === -2 || codes[clip] === code) this.clips.push(clip);
    this.place = 0;
    this.choose(options);
  }

  go(by) {
    this.place = (this.place + by + this.clips.length) % this.clips.length;
    this.choose();
  }

  /** Any clip of the whole set; the label follows it. */
  random() {
    const clip = Math.floor(Math.random() * this.set.n);
    if (!this.clips.includes(clip)) {
      const code = this.codes[this.facet.value][clip];
      this.label.value = String(code < 0 ? -2 : code);
      const codes = this.codes[this.facet.value];
      this.clips = [];
      for (let other = 0; other < this.set.n; other++) if (code < 0 || codes[other] === code) this.clips.push(other);
    }
    this.place = this.clips.indexOf(clip);
    this.choose();
  }

  choose({ first = false } = {}) {
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

  labelOf(facet, clip) {
    return this.set.facets[facet].names[this.codes[facet][clip]] ?? NO_LABEL;
  }
}

function numbers(base64) {
  return new Int32Array(bytesOf(base64).buffer);
}

/** The component: value {set} or {text, fraction, tone}; sends `select`, what was chosen stands in value.chosen. */
export function mount(root, { props, trigger, watch }) {
  const picker = new Picker(root, (chosen) => {
    if (chosen.first && !props.eager) return;
    props.value = { ...props.value, chosen };
    trigger("select", { index: chosen.sound.index, value: chosen });
  });
  const update = () => picker.show(props.value);
  watch("value", update);
  update();
}
