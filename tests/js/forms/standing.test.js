import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { standOf } = await import("../../../assets/js/forms/standing.js");

const BASELINES = {
  main_facet: "class",
  cross_group_knn: { class: { random_init: 0.43, mfcc: 0.52, log_mel: 0.4, chance: 0.05 } },
};
const SOUND = { warning: "" };
const VERDICT = {
  kind: "dimensional_collapse",
  title: "Dimensional collapse",
  step: 300,
  since_step: 1060,
  sentence: "Dimensional collapse since step 1,060: effective rank 2.10, below 3.",
  evidence: [{ key: "measure/effective_rank", value: 2.1, bound: 3, words: "effective rank 2.10, below 3" }],
  cause: "The part predictor was taken out.",
  remedy: "Train it with its predictor.",
};

const judged = (/** @type {string} */ kind, /** @type {string} */ title, more = {}) => ({
  warning: "",
  verdict: { ...VERDICT, kind, title, evidence: [], ...more },
});
const LEARNING = judged("learning", "Learning");
const rows = (...values) => values.map((value, i) => ({ step: 100 * i, "measure/cross_group_knn": value }));

test("before the first snapshot nothing is said", () => {
  assert.equal(standOf([], {}, SOUND).words, "");
  assert.equal(standOf([{ step: 1, "train/loss": 2 }], BASELINES, SOUND).head, "");
});

test("a run at work keeps the place of what is told from its first snapshot on", () => {
  assert.equal(standOf([], {}, { ...SOUND, state: "training" }).head, "Nothing measured yet");
  for (const state of ["finished", "stopped", "failed", "crashed", "disk_full", "exported"])
    assert.equal(standOf([], {}, { ...SOUND, state }).tone, "none", state);
  assert.equal(standOf(rows(0.6), BASELINES, { ...SOUND, state: "training" }).head, "Not judged yet");
});

test("a run is compared with random initialisation, MFCC and chance", () => {
  const stand = standOf(rows(0.43, 0.5), BASELINES, LEARNING);
  assert.deepEqual([stand.tone, stand.head], ["good", "Learning"]);
  assert.equal(
    stand.words,
    "kNN .50, above random initialisation .43, below MFCC .52, chance is .05. No collapse seen.",
  );
  assert.equal(stand.passed, "");
});

test("when it passed the highest level is told, as long as it is above", () => {
  assert.equal(standOf(rows(0.4, 0.6, 0.7), BASELINES, LEARNING).passed, "Above MFCC since step 100");
  assert.equal(standOf(rows(0.4, 0.6, 0.5), BASELINES, LEARNING).passed, "");
});

test("what was not judged is not called learning, and no collapse is denied", () => {
  for (const status of [null, { warning: "", state: "finished" }]) {
    const stand = standOf(rows(0.5, 0.9), BASELINES, status);
    assert.deepEqual([stand.tone, stand.head, stand.passed], ["calm", status ? "Not judged" : "Not judged yet", ""]);
    assert.doesNotMatch(stand.words, /No collapse/);
  }
});

test("an alarm goes before all else", () => {
  const stand = standOf(rows(0.9), BASELINES, { warning: "Collapse: all clips are one." });
  assert.equal(stand.tone, "warned");
  assert.doesNotMatch(stand.words, /No collapse/);
});

test("where nothing is known to compare with, the number stands alone", () => {
  assert.equal(standOf(rows(0.4, 0.5), {}, LEARNING).words, "kNN .50. No collapse seen.");
});

test("one snapshot of which no start is known has learned nothing that could be told", () => {
  const stand = standOf(rows(0.5), {}, { ...judged("one_snapshot", "One snapshot"), state: "finished" });
  assert.deepEqual([stand.tone, stand.head, stand.words], ["calm", "One snapshot", "kNN .50."]);
});

test("an alarming verdict says since when, what says so and where the run stands", () => {
  const stand = standOf(rows(0.4), BASELINES, { warning: VERDICT.sentence, verdict: VERDICT });
  assert.equal(stand.head, "Dimensional collapse");
  assert.match(stand.words, /^since step 1,060: effective rank 2.10, below 3\. kNN \.40/);
});

test("without labels a verdict stands alone", () => {
  const alone = standOf([], {}, { warning: VERDICT.sentence, verdict: VERDICT });
  assert.deepEqual([alone.tone, alone.words], ["warned", "since step 1,060: effective rank 2.10, below 3."]);
  const calm = standOf([], {}, { warning: "", verdict: { ...VERDICT, title: "Learning", evidence: [] } });
  assert.deepEqual([calm.tone, calm.head, calm.words], ["calm", "Learning", ""]);
});

test("a plateau is told as one", () => {
  const stand = standOf(rows(0.9), BASELINES, {
    warning: "",
    verdict: { ...VERDICT, kind: "plateau", title: "Plateau" },
  });
  assert.deepEqual([stand.tone, stand.head], ["calm", "Plateau since step 1,060"]);
});

test("an alarm says what it means, where the run's schema tells", () => {
  const kinds = [{ kind: "dimensional_collapse", meaning: "Only a few directions are used." }];
  const stand = standOf(rows(0.4), BASELINES, { warning: VERDICT.sentence, verdict: VERDICT }, kinds);
  assert.match(stand.words, /below 3\. Only a few directions are used\. kNN \.40/);
});

test("what is too early to tell is not called learning", () => {
  const verdict = { ...VERDICT, kind: "too_early", title: "Too early to tell", evidence: [] };
  const stand = standOf(rows(0.43, 0.6), BASELINES, { warning: "", verdict });
  assert.deepEqual([stand.tone, stand.head, stand.passed], ["calm", "Too early to tell", ""]);
  assert.equal(stand.words, "kNN .60 so far; random initialisation .43, MFCC .52, chance .05.");
});

test("what has ended too early says what a judgement needs", () => {
  const verdict = {
    ...VERDICT,
    kind: "too_early",
    title: "Too early to tell",
    evidence: [],
    remedy: "Train longer: 200 steps.",
  };
  const words = (/** @type {"training" | "finished"} */ state) =>
    standOf(rows(0.43, 0.6), BASELINES, { warning: "", verdict, state }).words;
  assert.match(words("finished"), / Train longer: 200 steps\.$/);
  assert.doesNotMatch(words("training"), /Train longer/);
  const bare = standOf([], {}, { warning: "", verdict, state: "finished" }); // of sounds without labels
  assert.equal(bare.words, "Train longer: 200 steps.");
});
