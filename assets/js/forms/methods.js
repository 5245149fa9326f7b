// All methods beside each other: found by a word, sorted by a column, one of them chosen.

import { make, onShown, targetOf } from "../core/elements.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";

/** @import { MethodFigures, MethodRow, MethodTableValue, Part } from "../core/types.d.ts" */

/** @type {(digits: number) => (value: number | null) => string} */
const number = (digits) => (value) =>
  value !== null && Number.isFinite(value)
    ? value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })
    : "–";
/** @type {(pair: (number | null)[] | null | undefined) => number | null} */
const last = (pair) => pair?.[1] ?? null;
const BEFORE_AFTER = "Before training → after it, on the data chosen above";
const NOT_MEASURED = "not measured yet";

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [hint]
 * @property {boolean} [wide] whether it is left out on a narrow screen
 * @property {(row: MethodRow, figures: MethodFigures | null) => string | number | null | undefined} key compared when sorted
 * @property {(row: MethodRow) => string | Node} [show] what stands in the cell; the first column shows the method itself
 * @property {(figures: MethodFigures) => string | Node} [measured] the same, from the benchmark
 */

/** @type {Column[]} */
const COLUMNS = [
  { title: "Method", key: (row) => row.title.toLowerCase() },
  { title: "Year", key: (row) => row.year, show: (row) => String(row.year), wide: true },
  {
    title: "Negatives",
    key: (row) => (row.negatives ? 1 : 0),
    show: (row) => (row.negatives ? "with" : "without"),
    wide: true,
  },
  { title: "Suited to", key: (row) => row.suits, show: (row) => row.suits, wide: true },
  {
    title: "Its measure",
    hint: "The measure that the method is suited to, before training → after it",
    key: (_, f) => last(f?.suited),
    measured: (f) => (f.suited ? pair(f.suited) : "–"),
  },
  {
    title: "Better than",
    hint: "By its measure, by more than two standard errors: its own random initialisation, the default encoder's, log-mel statistics",
    key: (_, f) => f?.beats,
    measured: (f) => f.beats ?? "–",
  },
  { title: "Cross-group kNN", hint: BEFORE_AFTER, key: (_, f) => last(f?.knn), measured: (f) => pair(f.knn) },
  {
    title: "Linear probe",
    hint: BEFORE_AFTER,
    wide: true,
    key: (_, f) => last(f?.probe),
    measured: (f) => pair(f.probe),
  },
  { title: "Clips/s", key: (_, f) => f?.speed, measured: (f) => number(0)(f.speed) },
  {
    title: "Normalised std",
    hint: "Standard deviation of the normalised embeddings: 1 is ideal, 0 is collapse",
    wide: true,
    key: (_, f) => f?.std,
    measured: (f) => number(2)(f.std),
  },
  {
    title: "Effective rank",
    hint: "Directions that the embeddings use",
    wide: true,
    key: (_, f) => f?.rank,
    measured: (f) => number(1)(f.rank),
  },
];

/**
 * "0.57 → 0.80": before training and after it.
 * @param {(number | null)[]} measured
 */
function pair([before, after]) {
  return make("span.before-after", {}, number(2)(before), " → ", make("strong", {}, number(2)(after)));
}

class MethodsView {
  /**
   * @param {HTMLElement} root
   * @param {(name: string) => void} onChoose
   */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    /** @type {MethodTableValue} */
    this.value = { rows: [], families: [], data: [], chosen: "" };
    this.chosen = "";
    /** @type {{i: number, down: boolean} | null} */
    this.sorted = null; // by which column
    const draw = () => this.draw();
    this.search = make("input", {
      type: "text",
      placeholder: "Find a method",
      "aria-label": "Find a method",
      oninput: draw,
    });
    this.negatives = make(
      "select",
      { onchange: draw },
      ...["with and without", "with", "without"].map((words) => make("option", { value: words }, words)),
    );
    this.data = make("select", { onchange: draw });
    this.dataPick = make("label.pick", { hidden: true }, "Measured on", this.data);
    this.note = make("span.methods-note");
    this.heads = COLUMNS.map((column, i) => this.head(column, i));
    this.body = make("div.methods-box", { tabindex: "0", role: "group", "aria-label": "All methods" });
    root.append(
      make(
        "div.methods-bar",
        {},
        this.search,
        make("label.pick", {}, "Negatives", this.negatives),
        this.dataPick,
        this.note,
      ),
      this.body,
    );
    this.body.addEventListener("click", (event) => {
      const row = /** @type {HTMLElement | null} */ (targetOf(event).closest("tr[data-name]"));
      this.choose(row?.dataset.name);
    });
  }

  /**
   * @param {Column} column
   * @param {number} i
   */
  head({ title, hint, wide }, i) {
    const button = make(
      "button",
      { type: "button", title: hint ?? `Sort by ${title.toLowerCase()}`, onclick: () => this.sortBy(i) },
      title,
    );
    return make(`th${wide ? ".wide" : ""}`, { scope: "col" }, button);
  }

  /** @param {MethodTableValue} value */
  show(value) {
    this.value = value;
    this.data.replaceChildren(
      ...value.data.map(({ name, facet }) => make("option", { value: name }, `${name}, ${facet}`)),
    );
    this.dataPick.hidden = !value.data.length;
    this.chosen = value.chosen;
    this.draw();
    const row = /** @type {HTMLElement | null} */ (this.body.querySelector("tr.chosen"));
    if (row) this.body.scrollTop = row.offsetTop - this.body.clientHeight / 2;
  }

  /** @param {number} i */
  sortBy(i) {
    const down = Boolean(COLUMNS[i].measured) || i === 1; // the largest number, the newest year first
    if (this.sorted?.i !== i) this.sorted = { i, down };
    else if (this.sorted.down === down) this.sorted.down = !down;
    else this.sorted = null; // by family again
    this.draw();
  }

  matching() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = this.negatives.value;
    return this.value.rows.filter((row) => {
      if (kind !== "with and without" && (kind === "with") !== row.negatives) return false;
      const text = `${row.title} ${row.name} ${row.family} ${row.year} ${row.suits}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  draw() {
    const rows = this.matching();
    this.note.textContent = `${rows.length} of ${this.value.rows.length} methods`;
    /** @type {[string, MethodRow[]][]} */
    const groups = this.sorted
      ? [["", this.inOrder(rows, this.sorted)]]
      : this.value.families.map((family) => [family, rows.filter((row) => row.family === family)]);
    this.heads.forEach((head, i) => {
      if (this.sorted?.i === i) head.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.body.replaceChildren(
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...this.heads)),
        ...groups
          .filter(([, members]) => members.length)
          .map(([family, members]) =>
            make(
              "tbody",
              {},
              family
                ? make(
                    "tr.family",
                    {},
                    make(
                      "th",
                      { colspan: String(COLUMNS.length), scope: "rowgroup" },
                      family[0].toUpperCase() + family.slice(1),
                    ),
                  )
                : null,
              ...members.map((row) => this.row(row)),
            ),
          ),
      ),
    );
  }

  /**
   * What wasn't measured comes last, whichever way.
   * @param {MethodRow[]} rows
   * @param {{i: number, down: boolean}} sorted
   */
  inOrder(rows, { i, down }) {
    /** @param {MethodRow} row */
    const key = (row) => COLUMNS[i].key(row, this.figures(row));
    return [...rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x == null || y == null) return Number(x == null) - Number(y == null);
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    });
  }

  /** @param {MethodRow} row */
  figures(row) {
    return row.figures[this.data.value] ?? null;
  }

  /** @param {MethodRow} row */
  row(row) {
    const figures = this.figures(row);
    const chosen = row.name === this.chosen;
    const head = make(
      "th",
      { scope: "row" },
      make("button", { type: "button", "aria-pressed": String(chosen) }, row.title),
      row.needs ? make("span.methods-needs", {}, ` needs ${row.needs}s`) : null,
    );
    /** @type {HTMLElement[]} */
    const cells = [head];
    for (const { wide, show, measured } of COLUMNS) {
      const shown = show ? show(row) : measured && figures ? measured(figures) : null;
      if (shown !== null) cells.push(make(`td${wide ? ".wide" : ""}`, {}, shown));
    }
    if (!figures)
      cells.push(
        make("td.missing", { colspan: String(COLUMNS.filter(({ measured }) => measured).length) }, NOT_MEASURED),
      );
    return make(`tr${chosen ? ".chosen" : ""}`, { "data-name": row.name }, ...cells);
  }

  /** @param {string | null} name */
  has(name) {
    return this.value.rows.some((row) => row.name === name);
  }

  /** @param {string} [name] */
  choose(name) {
    if (!name || name === this.chosen) return;
    this.chosen = name;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll("tr[data-name]"))) {
      const chosen = row.dataset.name === name;
      row.classList.toggle("chosen", chosen);
      row.querySelector("button")?.setAttribute("aria-pressed", String(chosen));
    }
    this.onChoose(name);
  }
}

/**
 * The component: sends `select` with {index, value: name}.
 * @param {HTMLElement} root
 * @param {Part<MethodTableValue>} part
 */
export function mount(root, { props, trigger, watch }) {
  let mine = "";
  const table = new MethodsView(root, (name) => {
    const { rows } = table.value;
    mine = JSON.stringify({ ...props.value, chosen: name });
    props.value = JSON.parse(mine);
    trigger("select", { index: rows.findIndex((row) => row.name === name), value: name });
    view.set({ method: name });
  });
  const update = () => {
    root.hidden = !props.value?.rows?.length;
    if (props.value && !root.hidden && JSON.stringify(props.value) !== mine) table.show(props.value);
  };
  const follow = () => {
    const { method } = view.state;
    if (method !== null && isSeen(root) && table.has(method)) table.choose(method);
  };
  watch("value", update);
  view.on(["method"], follow);
  onShown(root, follow);
  update();
}
