// Two runs of which one is broken on purpose: what the loss of each sees, and what came of what was predicted.

import { tintOf } from "../charts/over.js";
import { make } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";
import { LensView } from "../lens/lens.js";
import { pair } from "./pairs.js";
import { headOf, inWords, judged, MEASURES, written, yesOrNo } from "./words.js";

/** @import { Feed } from "../core/feed.js" */
/** @import { Twins, TwinRole } from "../core/types.d.ts" */

/** @type {[TwinRole, string][]} */
const ROLES = [
  ["broken", "Broken"],
  ["healthy", "Healthy"],
];
const SNAPSHOT = "measure/normalised_std";

/** What changes whenever there is more to tell of a run. @param {Feed} feed */
const stamp = ({ rows, status }) => `${rows.findLast((row) => SNAPSHOT in row)?.step} ${isActive(status)}`;

class TwinsView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {string | null} */
    this.run = null;
    this.key = ""; // of what was asked for last
    /** @type {Feed[]} */
    this.feeds = []; // of the run, and of its twin once it is known
    /** @type {(() => void)[]} */
    this.stops = [];
    this.title = make("h3");
    this.does = make("p.twins-does");
    /** @type {Record<TwinRole, {tint: HTMLElement, verdict: HTMLElement, lens: LensView, box: HTMLElement}>} */
    this.sides = { broken: this.side("Broken"), healthy: this.side("Healthy") };
    this.rows = make("tbody");
    this.head = make("p.twins-score", { role: "status" });
    this.why = make("div.twins-why");
    const heads = ["", "broken", "healthy", "broken beside healthy", "your prediction", ""];
    root.append(
      make("div.twins-head", {}, this.title, this.does),
      make(
        "div.twins-body",
        {},
        ...ROLES.map(([role]) => this.sides[role].box),
        make(
          "div.twins-told",
          {},
          this.head,
          make(
            "table",
            {},
            make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)))),
            this.rows,
          ),
          this.why,
        ),
      ),
    );
    this.hide();
  }

  /** @param {string} title */
  side(title) {
    const [tint, verdict, inside] = [make("span.charts-tint"), make("span.twins-verdict"), make("div.part-lens")];
    const box = make("div.twins-side", {}, make("h4", {}, tint, title, verdict), inside);
    return { tint, verdict, lens: new LensView(inside, false), box };
  }

  hide() {
    this.root.hidden = true;
    delete document.body.dataset.twins;
    for (const [role] of ROLES) this.sides[role].lens.show(null);
  }

  show() {
    const { run } = view;
    if (run !== this.run) {
      for (const stop of this.stops) stop();
      this.stops = [];
      this.feeds = [];
      this.run = run;
      this.key = "";
      this.hide();
      if (run) this.follow(run);
    }
    this.tint();
  }

  /**
   * Hears of a run. Where nothing is shown yet it is told nonetheless, as the curves of the same page ask for the same news.
   * @param {string} run
   */
  follow(run) {
    const feed = feedOf(run);
    this.feeds.push(feed);
    for (const part of /** @type {const} */ (["metrics", "status"]))
      this.stops.push(feed.follow(part, this.root, () => this.news()));
  }

  /** Asks anew with each snapshot, and when one of the two has ended. */
  async news() {
    const { run, feeds } = this;
    const key = feeds.map(stamp).join();
    if (!run || !feeds[0].status || key === this.key) return;
    const first = this.key === "";
    this.key = key;
    const found = await source.twins(run).catch(() => undefined);
    if (run !== this.run) return;
    if (found === undefined) this.key = first ? "" : "asked in vain"; // and again with the next news
    if (!found) return;
    this.draw(found);
    const other = ROLES.map(([role]) => found.runs[role]).find((name) => name !== run);
    if (!other) return;
    pair(run, other);
    if (feeds.length === 1) this.follow(other);
    if (first && view.state.runs.length === 1) view.set({ runs: [run, other] }, { replace: true }); // their curves belong together
  }

  /** @param {Twins} twins */
  draw({ runs, method, wrong, prediction, outcome, verdicts }) {
    this.root.hidden = false;
    document.body.dataset.twins = "shown";
    this.title.textContent = `${method} ${wrong.title}, beside its healthy twin`;
    this.does.textContent = wrong.does;
    for (const [role] of ROLES) {
      const { box, lens, verdict } = this.sides[role];
      box.dataset.run = runs[role];
      lens.show(runs[role]);
      verdict.textContent = verdicts[role]?.title ?? "";
      verdict.title = verdicts[role]?.sentence ?? "";
    }
    this.tint();
    this.head.textContent = headOf(outcome);
    this.rows.replaceChildren(
      ...MEASURES.map((about, i) => this.row(about, outcome?.measures[i], prediction, outcome?.ended)),
      this.last(outcome, prediction, verdicts),
    );
    this.explain(wrong.expected, verdicts, runs);
  }

  /**
   * @param {typeof MEASURES[number]} about
   * @param {import("../core/types.d.ts").TwinMeasure | undefined} measured
   * @param {Twins["prediction"]} prediction
   * @param {boolean | undefined} ended
   */
  row([name, title, says, digits], measured, prediction, ended) {
    return make(
      "tr",
      {},
      make("th", { scope: "row", title: says }, title),
      make("td", {}, written(measured?.broken ?? null, digits)),
      make("td", {}, written(measured?.healthy ?? null, digits)),
      make("td", {}, inWords(measured?.happened)),
      make("td", {}, inWords(prediction?.[name])),
      mark(judged(measured?.right, ended)),
    );
  }

  /**
   * @param {Twins["outcome"]} outcome
   * @param {Twins["prediction"]} prediction
   * @param {Twins["verdicts"]} verdicts
   */
  last(outcome, prediction, verdicts) {
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, "Collapse"),
      ...ROLES.map(([role]) => make("td.twins-kind", {}, verdicts[role]?.title ?? "–")),
      make("td", {}, outcome?.open || yesOrNo(outcome?.collapsed)),
      make("td", {}, yesOrNo(prediction?.collapses)),
      mark(judged(outcome?.right, outcome?.ended)),
    );
  }

  /**
   * The verdict on the run that is looked at stands above, with its cause.
   * @param {string} expected
   * @param {Twins["verdicts"]} verdicts
   * @param {Twins["runs"]} runs
   */
  explain(expected, { broken, healthy }, runs) {
    const line = (/** @type {string} */ title, /** @type {string | undefined} */ text) =>
      text ? [make("p", {}, make("strong", {}, `${title} `), text)] : [];
    const told = [
      ...line("What is known of it:", expected),
      ...(runs.broken === this.run
        ? line("Verdict on the healthy run:", healthy?.sentence)
        : [...line("Verdict on the broken run:", broken?.sentence), ...line("Likely cause:", broken?.cause)]),
    ];
    this.why.replaceChildren(...(expected ? told : []));
  }

  /** The colours of the curves. */
  tint() {
    for (const [role] of ROLES) {
      const place = view.state.runs.indexOf(this.sides[role].box.dataset.run ?? "");
      this.sides[role].tint.style.background = place < 0 ? "transparent" : `var(--h-${tintOf(place)})`;
    }
  }
}

/** @param {string} words */
const mark = (words) => make(words.startsWith("✗") ? "td.twins-wrong" : "td.twins-right", {}, words);

/**
 * The component: shows the run that is looked at.
 * @param {HTMLElement} root
 */
export function mount(root) {
  const twins = new TwinsView(root);
  view.on(["runs"], () => twins.show());
  twins.show();
}
