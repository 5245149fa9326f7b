// All methods beside each other: found by a word, sorted by a column, one of them chosen.

import { writeAddress } from "../core/deep_link.js";
import { make } from "../core/elements.js";

const number = (digits) => (value) =>
  Number.isFinite(value)
    ? value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })
    : "–";
const last = (pair) => pair?.[1] ?? null;
const NOT_MEASURED = "not measured yet";

/** key: what is compared when sorted; show: what stands in the cell; measured: whether it comes from the benchmark. */
const COLUMNS = [
  { title: "Method", key: (row) => row.title.toLowerCase(), first: true },
  { title: "Year", key: (row) => row.year, show: (row) => String(row.year), wide: true },
  {
    title: "Negatives",
    key: (row) => (row.negatives ? 1 : 0),
    show: (row) => (row.negatives ? "with" : "without"),
    wide: true,
  },
  { title: "Suited to", key: (row) => row.suits, show: (row) => row.suits, wide: true },
  {
    title: "There",
    hint: "What the method is suited to, before training → after it",
    measured: true,
    key: (_, f) => last(f?.suited),
    show: (_, f) => (f.suited ? pair(f.suited) : "–"),
  },
  {
    title: "Beats",
    hint: "There, by more than two standard errors: its own random initialisation, the default encoder's, log-mel statistics",
    measured: true,
    key: (_, f) => f?.beats,
    show: (_, f) => f.beats ?? "–",
  },
  { title: "Cross-group kNN", measured: true, key: (_, f) => last(f?.knn), show: (_, f) => pair(f.knn) },
  { title: "Linear probe", measured: true, wide: true, key: (_, f) => last(f?.probe), show: (_, f) => pair(f.probe) },
  { title: "Clips/s", measured: true, key: (_, f) => f?.speed, show: (_, f) => number(0)(f.speed) },
  {
    title: "Std",
    hint: "Normalised standard deviation: 1 is ideal, 0 is collapse",
    measured: true,
    wide: true,
    key: (_, f) => f?.std,
    show: (_, f) => number(2)(f.std),
  },
  {
    title: "Rank",
    hint: "Effective rank: directions that the embeddings use",
    measured: true,
    wide: true,
    key: (_, f) => f?.rank,
    show: (_, f) => number(1)(f.rank),
  },
];

/** "0.57 → 0.80": before training and after it. */
function pair([before, after]) {
  return make("span.before-after", {}, number(2)(before), " → ", make("strong", {}, number(2)(after)));
}

class MethodsView {
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    this.value = { rows: [], families: [], data: [] };
    this.sorted = null; // {column, down}
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
    this.body.addEventListener("click", (event) => this.choose(event.target.closest("tr[data-name]")?.dataset.name));
  }

  head({ title, hint, wide }, i) {
    const button = make(
      "button",
      { type: "button", title: hint ?? `Sort by ${title.toLowerCase()}`, onclick: () => this.sortBy(i) },
      title,
    );
    return make(`th${wide ? ".wide" : ""}`, { scope: "col" }, button);
  }

  show(value) {
    this.value = value;
    this.data.replaceChildren(
      ...value.data.map(({ name, facet }) => make("option", { value: name }, `${name}, ${facet}`)),
    );
    this.dataPick.hidden = !value.data.length;
    this.chosen = value.chosen;
    this.draw();
    const row = this.body.querySelector("tr.chosen");
    if (row) this.body.scrollTop = row.offsetTop - this.body.clientHeight / 2;
  }

  sortBy(i) {
    if (this.sorted?.i !== i) this.sorted = { i, down: COLUMNS[i].measured || i === 1 };
    else if (this.sorted.down === Boolean(COLUMNS[i].measured || i === 1)) this.sorted.down = !this.sorted.down;
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
    const groups = this.sorted
      ? [["", this.inOrder(rows)]]
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

  /** What wasn't measured comes last, whichever way. */
  inOrder(rows) {
    const { i, down } = this.sorted;
    const key = (row) => COLUMNS[i].key(row, this.figures(row));
    return [...rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x == null || y == null) return (x == null) - (y == null);
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    });
  }

  figures(row) {
    return row.figures[this.data.value] ?? null;
  }

  row(row) {
    const figures = this.figures(row);
    const chosen = row.name === this.chosen;
    const cells = COLUMNS.filter(({ measured }) => figures || !measured).map(({ first, wide, show }) => {
      if (first)
        return make(
          "th",
          { scope: "row" },
          make("button", { type: "button", "aria-pressed": String(chosen) }, row.title),
          row.needs ? make("span.methods-needs", {}, ` needs ${row.needs}s`) : null,
        );
      return make(`td${wide ? ".wide" : ""}`, {}, show(row, figures));
    });
    if (!figures)
      cells.push(
        make("td.missing", { colspan: String(COLUMNS.filter(({ measured }) => measured).length) }, NOT_MEASURED),
      );
    return make(`tr${chosen ? ".chosen" : ""}`, { "data-name": row.name }, ...cells);
  }

  choose(name) {
    if (!name || name === this.chosen) return;
    this.chosen = name;
    for (const row of this.body.querySelectorAll("tr[data-name]")) {
      const chosen = row.dataset.name === name;
      row.classList.toggle("chosen", chosen);
      row.querySelector("button").setAttribute("aria-pressed", String(chosen));
    }
    writeAddress({ method: name });
    this.onChoose(name);
  }
}

/** The component: value {families, rows, data, chosen}; sends `select` with {index, value: name}. */
export function mount(root, { props, trigger, watch }) {
  let mine = "";
  const view = new MethodsView(root, (name) => {
    mine = JSON.stringify({ ...props.value, chosen: name });
    props.value = JSON.parse(mine);
    trigger("select", { index: props.value.rows.findIndex((row) => row.name === name), value: name });
  });
  const update = () => {
    root.hidden = !props.value?.rows?.length;
    if (!root.hidden && JSON.stringify(props.value) !== mine) view.show(props.value);
  };
  watch("value", update);
  update();
}
