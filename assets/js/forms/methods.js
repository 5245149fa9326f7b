// All methods beside each other: found by a word, sorted by a column, one of them chosen.

import { make, onShown, targetOf } from "../core/elements.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";
import { COLUMNS, inOrder } from "./method_columns.js";

/** @import { MethodRow, MethodTableValue, Part } from "../core/types.d.ts" */
/** @import { Column } from "./method_columns.js" */

const NOT_MEASURED = "not measured yet";

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
    /** @type {[MethodTableValue["families"][number] | null, MethodRow[]][]} */
    const groups = this.sorted
      ? [[null, inOrder(rows, (row) => this.figures(row), this.sorted)]]
      : this.value.families.map((family) => [family, rows.filter((row) => row.family === family.name)]);
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
                      family.name[0].toUpperCase() + family.name.slice(1),
                      make("p", {}, family.about),
                    ),
                  )
                : null,
              ...members.map((row) => this.row(row)),
            ),
          ),
      ),
    );
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
