import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../../assets/js/runs/compared.js";

const run = (name, value, beside = { mfcc: 0.51, chance: 0.1 }, facet = "digit", seconds = 60) => ({
  name,
  score: { value, step: 100, facet, beside },
  seconds,
});

test("one run, or none that was measured, is beside no other", () => {
  assert.equal(compared([run("a", 0.5)]), "");
  assert.equal(compared([run("a", 0.5), { name: "b", score: null, seconds: 0 }]), "");
});

test("who is ahead by more than a seed changes is said to be", () => {
  assert.equal(
    compared([run("a", 0.6), run("b", 0.8), run("c", 0.5)]),
    "Best kNN of digit: b .80, a .60, c .50. The first is 25 % ahead: more than another seed alone was seen to change (9 %).",
  );
});

test("runs that another seed might turn round are not shown to differ", () => {
  assert.match(compared([run("a", 0.78), run("b", 0.81)]), /^Best kNN of digit: b \.81, a \.78\. Another seed alone/);
  assert.match(compared([run("a", 0), run("b", 0)]), /not shown to differ/);
});

test("what was measured on other clips or labels is not compared", () => {
  const other = /^Their kNN was measured on other clips or labels/;
  assert.match(compared([run("a", 0.8), run("b", 0.6, { mfcc: 0.4, chance: 0.1 })]), other);
  assert.match(compared([run("a", 0.8), run("b", 0.6, { mfcc: 0.51, chance: 0.1 }, "speaker")]), other);
  assert.doesNotMatch(compared([run("a", 0.8, {}), run("b", 0.6)]), other);
});

test("the most that were measured on the same clips are compared, and the others are named", () => {
  const odd = run("odd", 0.9, { mfcc: 0.4, chance: 0.1 });
  assert.equal(
    compared([odd, run("a", 0.6), run("b", 0.8)]),
    "Best kNN of digit: b .80, a .60. The first is 25 % ahead: more than another seed alone was seen to change (9 %). " +
      "Measured on other clips or labels, and so not compared: odd.",
  );
});

test("runs that were not trained equally long are said not to be", () => {
  const long = run("b", 0.8, undefined, "digit", 150);
  assert.match(compared([run("a", 0.6), long]), /They were trained for 60 s to 3 min\.$/);
  assert.doesNotMatch(compared([run("a", 0.6), run("b", 0.8, undefined, "digit", 80)]), /trained for/);
});
