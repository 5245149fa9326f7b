// Where a run stands, in one sentence: the judgement that training/verdicts passed on it, and its kNN against random
// initialisation, MFCC and chance.

import { BASELINES } from "../core/baselines.js";
import { make } from "../core/elements.js";
import { feedOf, isActive } from "../core/feed.js";
import { share } from "../core/number_words.js";
import { explain } from "../core/terms.js";
import { view } from "../core/view.js";

const MEASURE = "measure/cross_group_knn";
const COMPARED = /** @type {const} */ (["random_init", "mfcc"]);

/** @import { Baselines, MetricRow, RunStatus, Verdict } from "../core/types.d.ts" */
/** @import { Feed } from "../core/feed.js" */
/** @typedef {{tone: "none" | "good" | "calm" | "warned", head: string, words: string, passed: string}} Stand */

/**
 * @param {MetricRow[]} rows
 * @param {Baselines} baselines
 * @param {(Pick<RunStatus, "warning" | "verdict"> & Partial<Pick<RunStatus, "state">>) | null} status
 * @param {{kind: string, meaning: string}[]} [kinds] what each kind of verdict means, as the run's schema has it
 * @returns {Stand}
 */
export function standOf(rows, baselines, status, kinds = []) {
  const measured = rows.filter((row) => Number.isFinite(row[MEASURE]));
  const latest = measured.at(-1);
  const verdict = status?.verdict;
  const ended = hasEnded(status);
  const advice = ended && verdict?.kind === "too_early" ? verdict.remedy : "";
  if (!latest) {
    const head = verdict?.title ?? (status?.warning ? "An alarm" : "");
    const words = status?.warning ? alarmOf(status, kinds) : [evidenceOf(verdict), advice].filter(Boolean).join(" ");
    if (!head && status?.state && !ended) return COMING;
    return { tone: !head ? "none" : status?.warning ? "warned" : "calm", head, words, passed: "" };
  }
  const knn = /** @type {number} */ (latest[MEASURE]);
  const known = baselines.cross_group_knn?.[baselines.main_facet ?? ""] ?? {};
  const levels = COMPARED.flatMap((key) => {
    const value = known[key];
    return typeof value === "number" ? [{ title: BASELINES[key], value }] : [];
  });
  const compared = levels.map(({ title, value }) => `, ${against(knn, value)} ${title} ${share(value)}`).join("");
  const chance = typeof known.chance === "number" ? `, chance is ${share(known.chance)}` : "";
  const words = `kNN ${share(knn)}${compared}${chance}.`;
  if (status?.warning) {
    return {
      tone: "warned",
      head: verdict?.title ?? "An alarm",
      words: `${alarmOf(status, kinds)} ${words}`,
      passed: "",
    };
  }
  if (!verdict) return { tone: "calm", head: ended ? "Not judged" : "Not judged yet", words, passed: "" };
  if (OPEN.has(verdict.kind)) {
    const told = verdict.kind === "too_early" ? soFar(knn, levels, known.chance) : words;
    return { tone: "calm", head: verdict.title, words: [told, advice].filter(Boolean).join(" "), passed: "" };
  }
  const highest = levels.sort((a, b) => b.value - a.value)[0];
  const passed = highest && measured.find((row) => /** @type {number} */ (row[MEASURE]) > highest.value + ALIKE);
  const learns = verdict.kind === "learning";
  return {
    tone: learns ? "good" : "calm",
    head: learns || !verdict.since_step ? verdict.title : `${verdict.title} since step ${number(verdict.since_step)}`,
    words: `${words} No collapse seen.`,
    passed: passed && knn > highest.value + ALIKE ? `Above ${highest.title} since step ${number(passed.step)}` : "",
  };
}

/**
 * What was measured of a run that is not judged yet: the numbers beside each other, without a word on which is better.
 * @param {number} knn
 * @param {{title: string, value: number}[]} levels
 * @param {number | null | undefined} chance
 */
function soFar(knn, levels, chance) {
  const beside = levels.map(({ title, value }) => `${title} ${share(value)}`);
  if (typeof chance === "number") beside.push(`chance ${share(chance)}`);
  return `${[`kNN ${share(knn)} so far`, beside.join(", ")].filter(Boolean).join("; ")}.`;
}

/**
 * Since when something is wrong, what says so and what it means.
 * @param {Pick<RunStatus, "warning" | "verdict">} status
 * @param {{kind: string, meaning: string}[]} kinds
 */
function alarmOf({ verdict, warning }, kinds) {
  if (!verdict) return warning;
  const meaning = kinds.find(({ kind }) => kind === verdict.kind)?.meaning ?? "";
  return `since step ${number(verdict.since_step)}: ${evidenceOf(verdict)} ${meaning}`.trimEnd();
}

/** What a judgement was read from. @param {Verdict | null | undefined} verdict */
const evidenceOf = (verdict) => {
  const words = (verdict?.evidence ?? []).map((each) => each.words).join("; ");
  return words && `${words}.`;
};

const OPEN = new Set(["too_early", "one_snapshot"]); // kinds that pass no judgement, as OPEN of training/verdicts
/** Whether nothing more comes of a run by itself. @type {(status: {state?: string} | null | undefined) => boolean} */
const hasEnded = (status) => Boolean(status?.state) && !isActive(status);
/** Keeps the place of what is told later, so that nothing below it moves then. @type {Stand} */
const COMING = {
  tone: "calm",
  head: "Nothing measured yet",
  words: "Whether it learns is told once its first snapshot is measured.",
  passed: "",
};
const ALIKE = 0.005; // half of what is written
/** @type {(a: number, b: number) => string} */
const against = (a, b) => (Math.abs(a - b) <= ALIKE ? "as" : a > b ? "above" : "below");
/** @type {(value: number | undefined) => string} */
const number = (value) => Number(value ?? 0).toLocaleString("en");

/**
 * The likely cause and what to change, or that none can be named; nothing where nothing is wrong. It is to be opened, and
 * stands open where a run has ended with an alarm: to change that is what is left to do.
 * @param {HTMLDetailsElement} why
 * @param {(Pick<RunStatus, "warning" | "verdict"> & Partial<Pick<RunStatus, "state">>) | null | undefined} status
 */
function tellWhy(why, status) {
  const verdict = status?.verdict?.cause || status?.warning ? status.verdict : null;
  why.hidden = !verdict;
  if (!verdict) return;
  const over = Boolean(status?.warning) && hasEnded(status);
  const told = JSON.stringify([verdict.cause, verdict.remedy, over]);
  if (told === why.dataset.told) return; // it stays what it is, as it may just be pressed
  why.dataset.told = told;
  why.open ||= over;
  const line = (/** @type {string} */ title, /** @type {string} */ text) =>
    make("p", {}, make("strong", {}, `${title}: `), text);
  why.replaceChildren(
    make("summary", {}, "Why, and what to change"),
    ...(verdict.cause
      ? [line("Likely cause", verdict.cause), line("What to change", verdict.remedy)]
      : [make("p", {}, "How it was trained is not known here, so no cause can be named.")]),
  );
}

/**
 * The component: shows the run that is looked at.
 * @param {HTMLElement} root
 */
export function mount(root) {
  const head = make("strong");
  const words = make("span");
  const passed = make("span.stand-passed", { role: "status" });
  const why = make("details.stand-why");
  root.append(make("span.state-dot"), head, words, passed, why);
  /** @type {(() => void)[]} */
  let stops = [];
  /** @param {Feed} feed */
  const tell = (feed) => {
    if (feed.name !== view.run) return;
    const stand = standOf(feed.rows, feed.baselines ?? {}, feed.status ?? null, feed.schema?.verdicts);
    root.dataset.tone = stand.tone;
    root.hidden = stand.tone === "none";
    explain(head, stand.head);
    explain(words, stand.words);
    const fresh = stand.passed && passed.textContent === "" && root.dataset.run === feed.name;
    tellWhy(why, feed.status);
    passed.textContent = stand.passed;
    passed.classList.toggle("fresh", Boolean(fresh)); // shines once, when it happens while somebody looks
    root.dataset.run = feed.name;
  };
  const show = () => {
    for (const stop of stops) stop();
    stops = [];
    root.hidden = true;
    passed.textContent = "";
    why.open = false;
    delete why.dataset.told;
    delete root.dataset.run;
    if (!view.run) return;
    const feed = feedOf(view.run);
    stops = [feed.follow("metrics", root, tell), feed.follow("status", root, tell)];
  };
  view.on(["runs"], show);
  show();
}
