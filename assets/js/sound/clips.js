// A list of sounds: a small picture to press, a label, how alike it is, and "search from this one".

import { icon, make } from "../core/elements.js";
import { isPlaying, load, player, toggle } from "./sound.js";
import { drawThumbnail, loadPicture } from "./spectrogram_image.js";

export class ClipsView {
  /** `onAction(index, row)` is called by a row's button, `onHear(index, row)` whenever a row is played. */
  constructor(element, { empty = "Nothing to list yet.", action = "", onAction = null, onHear = null } = {}) {
    Object.assign(this, { empty, action, onAction, onHear });
    this.list = make("ol.clips");
    this.rows = [];
    element.append(this.list);
    this.list.addEventListener("keydown", (event) => this.key(event));
    for (const type of ["pointerover", "focusin"]) this.list.addEventListener(type, (event) => this.expect(event));
    player.addEventListener("change", () => this.follow());
    this.seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) if (isIntersecting) this.picture(target);
      },
      { rootMargin: "200px" },
    );
    this.show([]);
  }

  /** rows: [{sound, label, note, score, rank}]; `score` is drawn as a bar from 0 to 1 and written. */
  show(rows, empty = this.empty) {
    this.seen.disconnect();
    this.rows = rows;
    this.list.replaceChildren(...rows.map((row, index) => this.row(row, index)));
    if (!rows.length) this.list.append(make("li.clips-empty", {}, empty));
    for (const canvas of this.list.querySelectorAll("canvas")) this.seen.observe(canvas);
    this.follow();
  }

  /** Grey rows that keep the place until the real ones come. */
  wait(count) {
    this.rows = [];
    const grey = () =>
      make("li.clip.waiting", { "aria-hidden": "true" }, make("span.clip-picture"), make("span.clip-label"));
    this.list.replaceChildren(...Array.from({ length: count }, grey));
  }

  row(row, index) {
    const words = [make("span.clip-label", {}, row.label ?? "")];
    if (row.note) words.push(make("span.clip-note", {}, row.note));
    const hear = make(
      "button.clip-hear",
      {
        type: "button",
        "aria-label": `Play ${row.label ?? "sound"}`,
        disabled: !row.sound,
        onclick: (e) => this.hear(index, e),
      },
      make("span.clip-rank", {}, `${row.rank ?? index + 1}`),
      make("span.clip-picture", {}, make("canvas", { "data-index": index }), icon("play")),
      make("span.clip-words", {}, ...words),
      Number.isFinite(row.score) ? scoreBar(row.score) : null,
    );
    const act = this.action
      ? make(
          "button.clip-act",
          {
            type: "button",
            title: this.action,
            "aria-label": `${this.action}: ${row.label ?? ""}`,
            onclick: () => this.onAction?.(index, row),
          },
          icon("search"),
        )
      : null;
    return make("li.clip", {}, hear, act);
  }

  hear(index, event) {
    const row = this.rows[index];
    toggle(row.sound, { asked: event.timeStamp });
    this.onHear?.(index, row);
  }

  async picture(canvas) {
    this.seen.unobserve(canvas);
    const row = this.rows[canvas.dataset.index];
    if (!row?.sound) return;
    try {
      drawThumbnail(canvas, await loadPicture(row.sound));
      canvas.classList.add("drawn");
    } catch {
      canvas.parentElement.classList.add("missing");
    }
  }

  /** Fetches the sound of a row that is pointed at, so that a click is heard at once. */
  expect(event) {
    const canvas = event.target.closest(".clip-hear")?.querySelector("canvas");
    const sound = canvas && this.rows[canvas.dataset.index]?.sound;
    if (sound) load(sound).catch(() => {});
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...this.list.querySelectorAll(".clip-hear")];
    const next = buttons[buttons.indexOf(event.target.closest(".clip")?.querySelector(".clip-hear")) + step];
    if (!next) return;
    next.focus();
    event.preventDefault();
  }

  follow() {
    [...this.list.querySelectorAll(".clip")].forEach((item, index) => {
      const row = this.rows[index];
      item.classList.toggle("playing", Boolean(row?.sound) && isPlaying(row.sound));
    });
  }
}

function scoreBar(score) {
  const share = Math.max(0, Math.min(1, score));
  return make(
    "span.clip-score",
    { title: "Cosine similarity: 1 is the same direction, 0 is unrelated" },
    make("span.clip-bar", {}, make("span", { style: { width: `${(share * 100).toFixed(1)}%` } })),
    make("span.clip-number", {}, score.toFixed(2).replace("-", "−")),
  );
}

/** The component: value {rows, empty}; sends `select` with {index, value: row} when a row's search button is pressed. */
export function mount(root, { props, trigger, watch }) {
  const view = new ClipsView(root, {
    empty: props.empty,
    action: props.action,
    onAction: (index, row) => trigger("select", { index, value: row }),
  });
  const update = () => {
    if (props.value?.waiting) view.wait(props.value.waiting);
    else view.show(props.value?.rows ?? [], props.value?.empty ?? props.empty);
  };
  watch("value", update);
  update();
}
