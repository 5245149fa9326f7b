// A list of sounds: a small picture to press, a label, how alike it is, and "search from this one".

import { make, targetOf } from "../core/elements.js";
import { view } from "../core/view.js";
import { clipRow, waitingRow } from "./clip_row.js";
import { OtherFiles } from "./other_files.js";
import { filesApart } from "./same_rows.js";
import { isPlaying, load, onPlaying, toggle } from "./sound.js";
import { drawThumbnail, loadPicture } from "./spectrogram_image.js";
import { Threshold } from "./threshold.js";
import { Together } from "./together.js";

/** @import { ClipListValue, ClipRow, IconName, PartWith } from "../core/types.d.ts" */

const [FIRST, SECOND] = [10, 50]; // rows at first, and after *more*

export class ClipsView {
  /**
   * @param {HTMLElement} element
   * @param {object} options
   * @param {string} [options.empty]
   * @param {string} [options.action] what a row's button does, in words; without it there is none
   * @param {IconName} [options.sign] on that button
   * @param {((index: number, row: ClipRow) => void) | null} [options.onAction] called by a row's button
   * @param {((index: number, row: ClipRow) => void) | null} [options.onHear] called whenever a row is played
   * @param {{action: string, sign: IconName, onAction: (row: ClipRow) => void} | null} [options.second] another button beside it
   * @param {boolean} [options.threshold] whether a slider leaves out rows that are less alike, and a switch those of the same file
   * @param {boolean} [options.inTurn] whether a button plays all rows one after the other, and another one selects their clips
   * @param {((row: ClipRow, index: number) => boolean)} [options.acts] whether a row has that button
   * @param {boolean} [options.expands] whether the button shows and hides something below its row
   * @param {number} [options.first] rows that are listed at first, before *more* is pressed
   * @param {boolean} [options.enterActs] whether Enter on a row does what its button does; else it plays, as the space bar
   */
  constructor(
    element,
    {
      empty = "Nothing to list yet.",
      action = "",
      sign = "search",
      onAction = null,
      onHear = null,
      second = null,
      threshold = false,
      inTurn = false,
      acts = ({ clip }) => Number.isInteger(clip),
      expands = false,
      first = FIRST,
      enterActs = false,
    } = {},
  ) {
    this.empty = empty;
    this.action = action;
    /** @type {IconName} */
    this.sign = sign;
    this.onAction = onAction;
    this.onHear = onHear;
    this.second = second;
    this.acts = acts;
    this.expands = expands;
    this.first = first;
    this.enterActs = enterActs;
    this.list = make("ol.clips");
    /** @type {ClipRow[]} */
    this.rows = [];
    /** @type {ClipRow[]} */
    this.all = []; // with those that are not alike enough, or not shown yet
    /** @type {Map<ClipRow, string>} */
    this.files = new Map(); // of rows that would read the same
    this.most = first;
    this.more = make("button.plain.clips-more", { type: "button", hidden: true, onclick: () => this.showMore() });
    this.limit = new Threshold(() => this.fill());
    this.others = new OtherFiles(() => this.fill());
    this.together = new Together(() => this.rows);
    element.append(
      ...(threshold ? [this.limit.box, this.others.box] : []),
      ...(inTurn ? [this.together.box] : []),
      this.list,
      this.more,
    );
    this.list.addEventListener("keydown", (event) => this.key(event));
    for (const type of /** @type {const} */ (["pointerover", "focusin"]))
      this.list.addEventListener(type, (event) => this.expect(event));
    onPlaying(() => this.follow());
    this.seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) this.picture(/** @type {HTMLCanvasElement} */ (target));
      },
      { rootMargin: "200px" },
    );
    this.show([]);
  }

  /**
   * A row's `score` is drawn as a bar from 0 to 1 and written.
   * @param {ClipRow[]} rows
   */
  show(rows, empty = this.empty) {
    this.all = rows;
    this.others.offer(rows);
    this.files = filesApart(rows);
    this.said = empty;
    this.most = this.first;
    this.fill();
  }

  /** Ten, then fifty, then all. */
  showMore() {
    const before = this.rows.length;
    this.most = this.most === this.first ? SECOND : this.all.length;
    this.fill();
    this.buttons[before]?.focus();
  }

  /** Lists the rows that are alike enough, as many as are wanted. The place in the list that has the focus keeps it. */
  fill() {
    const { activeElement } = document;
    const focused = this.items.findIndex((item) => item.contains(activeElement));
    const button = [...(this.items[focused]?.children ?? [])].findIndex((part) => part === activeElement);
    const near = this.limit.filtered(this.others.filtered(this.all));
    const rows = near.slice(0, this.most);
    const empty = this.all.length
      ? `None of the ${this.all.length} nearest is ${this.others.on.checked ? "of another file and " : ""}so much alike.`
      : (this.said ?? this.empty);
    const left = near.length - rows.length;
    this.more.hidden = left === 0;
    this.more.textContent = `More (${left})`;
    this.seen.disconnect();
    this.rows = rows;
    this.list.replaceChildren(...rows.map((row, index) => this.row(row, index)));
    if (!rows.length) this.list.append(make("li.clips-empty", {}, empty));
    for (const canvas of this.list.querySelectorAll("canvas")) this.seen.observe(canvas);
    this.follow();
    const next = focused < 0 ? undefined : this.items[Math.min(focused, rows.length - 1)]?.children;
    /** @type {HTMLElement | undefined} */ (next?.[button] ?? next?.[0])?.focus();
  }

  /**
   * Grey rows that keep the place until the real ones come.
   * @param {number} count
   */
  wait(count) {
    this.rows = this.all = [];
    this.more.hidden = true;
    this.list.replaceChildren(...Array.from({ length: count }, waitingRow));
    this.follow();
  }

  /**
   * @param {ClipRow} row
   * @param {number} index
   */
  row(row, index) {
    const { action, sign, expands, second } = this;
    const acts = [
      ...(action ? [{ action, sign, expands, onAct: () => this.onAction?.(index, row) }] : []),
      ...(second ? [{ ...second, onAct: () => second.onAction(row) }] : []),
    ];
    return clipRow(row, index, {
      agrees: row.agrees,
      file: this.files.get(row),
      onHear: (event) => this.hear(index, event),
      acts: this.acts(row, index) ? acts : [],
    });
  }

  /**
   * @param {number} index
   * @param {MouseEvent} event
   */
  hear(index, event) {
    const row = this.rows[index];
    if (row.sound) toggle(row.sound, { asked: event.timeStamp });
    this.onHear?.(index, row);
  }

  /** @param {HTMLCanvasElement} canvas */
  async picture(canvas) {
    this.seen.unobserve(canvas);
    const row = this.rows[Number(canvas.dataset.index)];
    if (!row?.sound) return;
    try {
      drawThumbnail(canvas, await loadPicture(row.sound));
      canvas.classList.add("drawn");
    } catch {
      canvas.parentElement?.classList.add("missing");
    }
  }

  /**
   * Fetches the sound of a row that is pointed at, so that a click is heard at once.
   * @param {Event} event
   */
  expect(event) {
    const sound = this.rows[this.at(event)]?.sound;
    if (sound) load(sound).catch(() => {});
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = this.at(event);
    if (at < 0) return;
    if (event.key === "Enter" && this.enterActs && targetOf(event) === this.buttons[at])
      this.onAction?.(at, this.rows[at]);
    else if (step && this.buttons[at + step]) this.buttons[at + step].focus();
    else return;
    event.preventDefault();
  }

  /** The rows as elements; a list that stands below one of them has its own. */
  get items() {
    return /** @type {HTMLElement[]} */ ([...this.list.children].filter((item) => item.matches(".clip")));
  }

  /** Which of them an event came from; -1 for none. @param {Event} event */
  at(event) {
    const item = targetOf(event).closest(".clip");
    return this.items.findIndex((own) => own === item);
  }

  get buttons() {
    return this.items.flatMap((item) => /** @type {HTMLElement | null} */ (item.querySelector(".clip-hear")) ?? []);
  }

  follow() {
    this.together.follow();
    for (const [index, item] of this.items.entries()) {
      const sound = this.rows[index]?.sound;
      item.classList.toggle("playing", Boolean(sound && isPlaying(sound)));
    }
  }
}

/**
 * The component: a row's button chooses its clip, everywhere on the page.
 * @param {HTMLElement} root
 * @param {PartWith<{empty?: string, action?: string, threshold?: boolean, in_turn?: boolean}, ClipListValue>} part
 */
export function mount(root, { props, watch }) {
  const list = new ClipsView(root, {
    empty: props.empty,
    action: props.action,
    threshold: props.threshold,
    inTurn: props.in_turn,
    onAction: (_, { clip }) => view.set({ clip }, { again: true }),
  });
  const update = () => {
    const { value } = props;
    if (value?.waiting) list.wait(value.waiting);
    else if (value && "rows" in value) list.show(value.rows, value.empty ?? props.empty);
    else list.show([], props.empty);
  };
  watch("value", update);
  update();
}
