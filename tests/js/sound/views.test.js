import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

let queryOf, alikeInWords, PairView, useSource;

before(async () => {
  pretendPage();
  ({ queryOf } = await import("../../../assets/js/sound/listen_views.js"));
  ({ alikeInWords, PairView } = await import("../../../assets/js/sound/pair.js"));
  ({ useSource } = await import("../../../assets/js/core/source.js"));
});

const clip = { fingerprint: "f", index: 4 };
const filled = { "mel views": { mixup: 0.2 }, front_end: { mels: 20 } };
const wanted = { sound: clip, domain: "mel", filled, seed: 3, data: "d" };

test("a clip is mixed with its own data, a sound of one's own with the data that is chosen", () => {
  const ofClip = new URLSearchParams(queryOf(wanted));
  assert.deepEqual([ofClip.get("clip"), ofClip.get("fingerprint"), ofClip.get("seed")], ["4", "f", "3"]);
  assert.deepEqual(JSON.parse(ofClip.get("views")), { mixup: 0.2 });
  assert.deepEqual(JSON.parse(ofClip.get("front_end")), { mels: 20 });
  const own = new URLSearchParams(queryOf({ ...wanted, sound: { upload: "t" } }));
  assert.deepEqual([own.get("upload"), own.get("fingerprint"), own.get("clip")], ["t", "d", null]);
  assert.equal(
    new URLSearchParams(queryOf({ ...wanted, sound: { upload: "t" }, data: null })).get("fingerprint"),
    null,
  );
});

test("nothing is asked without a sound, nor with the form of another domain", () => {
  assert.equal(queryOf(null), null);
  assert.equal(queryOf({ ...wanted, sound: null }), null);
  assert.equal(queryOf({ ...wanted, domain: "waveform" }), null);
});

test("how alike views are, in words", () => {
  const alike = { step: 9, cosine: 0.934, percentile: 99.7, before: { cosine: -0.2, percentile: 31.2 } };
  assert.equal(
    alikeInWords(alike),
    "To the model these two are more alike than 99 % of random pairs of clips (cosine 0.93, step 9). " +
      "Before training it was 31 % (cosine −0.20).",
  );
  assert.equal(alikeInWords({ why: "It hears otherwise." }), "It hears otherwise.");
  assert.doesNotMatch(alikeInWords({ ...alike, before: null }), /Before/);
  assert.match(alikeInWords({ ...alike, before: { cosine: 0.99, percentile: 60 } }), /cosine fell because/);
  const worse = { cosine: 0.99, percentile: 100 };
  assert.doesNotMatch(alikeInWords({ ...alike, percentile: 40, before: worse }), /cosine fell because/);
});

test("a model that has learned more is asked anew, and what was said stays until it has answered", async () => {
  let step = 1;
  const said = [];
  useSource({ alike: async () => ({ step, cosine: 0.5, percentile: 50, before: null }) });
  const pair = Object.assign(Object.create(PairView.prototype), {
    ...{ judged: null, stale: false, judging: false, alike: {} },
    wanted: () => ({ run: "a", query: "q", key: "a q" }),
    say(text) {
      this.judged = null;
      said.push(/step \d|\?/.exec(text)?.[0]);
    },
  });
  await pair.judge();
  step = 2;
  await pair.judge();
  assert.deepEqual(said, ["?", "step 1"]); // once for the same views and run
  const first = pair.judgeAnew();
  step = 3;
  await Promise.all([first, pair.judgeAnew()]); // the run has ended while it was being asked
  assert.deepEqual(said, ["?", "step 1", "step 2", "step 3"]);
});
