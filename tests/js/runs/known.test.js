import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { useSource } = await import("../../../assets/js/core/source.js");
const { known } = await import("../../../assets/js/runs/known.js");

const row = (/** @type {string} */ name, /** @type {object} */ more = {}) => ({
  ...{
    name,
    title: name,
    own_title: name,
    data: "",
    score: null,
    warning: "",
    state: "finished",
    begun: 1,
    planned: 1,
  },
  ...{ changed: null, seed: null, repeats: null, ...more },
});

/** @type {((list: object) => void)[]} */
const answers = [];
useSource(/** @type {any} */ ({ runs: () => new Promise((settle) => answers.push(settle)) }));

test("an answer that comes late does not bring back what a later one knew to be gone", async () => {
  const early = known.ask(true);
  const late = known.ask();
  answers[1]({ runs: [row("left")], latest: "left" });
  await late;
  answers[0]({ runs: [row("left", { changed: ["mels 64"], seed: 1 }), row("deleted")], latest: "left" });
  assert.equal((await early).runs.length, 2);
  assert.deepEqual(known.rows.map(({ name }) => name), ["left"]); // biome-ignore format: one line
});

test("what a long answer told counts, however late it came", () => {
  assert.deepEqual(known.of("left")?.changed, ["mels 64"]);
});

test("a short answer does not forget what a long one told", async () => {
  const long = known.ask(true);
  answers[2]({ runs: [row("left", { changed: ["batch size 64"], seed: 3 })], latest: "left" });
  await long;
  const short = known.ask();
  answers[3]({ runs: [row("left", { state: "training" })], latest: "left" });
  await short;
  const { state, changed, seed } = known.of("left") ?? assert.fail();
  assert.deepEqual([state, changed, seed], ["training", ["batch size 64"], 3]);
});
