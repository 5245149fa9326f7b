import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { TERMS, termsIn } = await import("../../../assets/js/core/terms.js");
const { standOf } = await import("../../../assets/js/forms/standing.js");

const count = (/** @type {string} */ text) => termsIn(text).filter(({ term }) => term).length;

test("each term is explained where it stands first, whatever its case, and not inside another word", () => {
  assert.equal(count("kNN .50, and kNN again. Complete Collapse."), 2);
  assert.equal(count("It collapses by mechanchance."), 0);
});

test("every level that a run is compared with is explained", () => {
  const known = { digit: { random_init: 0.4, mfcc: 0.3, chance: 0.1 } };
  const baselines = { main_facet: "digit", cross_group_knn: known };
  const verdict = { kind: "learning", title: "Learning", step: 5, since_step: 5, sentence: "", evidence: [] };
  const status = { warning: "", verdict: { ...verdict, cause: "", remedy: "" } };
  const stand = standOf([{ step: 5, "measure/cross_group_knn": 0.5 }], baselines, status);
  assert.equal(count(stand.words), 5);
  for (const text of Object.values(TERMS)) assert.match(text, /[.]$/);
});
