import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../../assets/js/runs/compared.js";

const seeds = (name, values, beside = { mfcc: 0.51, chance: 0.1 }, facet = "digit", seconds = 60) => ({
  name,
  runs: values.map((value) => ({ score: { value, step: 100, facet, beside }, seconds })),
});
const run = (name, value, ...more) => seeds(name, [value], ...more);

test("one run, or none that was measured, is beside no other", () => {
  assert.equal(compared([run("a", 0.5)]), "");
  assert.equal(compared([run("a", 0.5), { name: "b", runs: [{ score: null, seconds: 0 }] }]), "");
});

test("who is ahead by more than a seed changes is said to be", () => {
  assert.equal(
    compared([run("a", 0.6), run("b", 0.8), run("c", 0.5)]),
    "kNN of digit at the last snapshot: b .80, a .60, c .50. The second lies 25 % below the first: more than another seed alone was seen to change (9 %).",
  );
});

test("runs that another seed might turn round are not shown to differ", () => {
  assert.match(
    compared([run("a", 0.78), run("b", 0.81)]),
    /^kNN of digit at the last snapshot: b \.81, a \.78\. Another seed alone/,
  );
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
    "kNN of digit at the last snapshot: b .80, a .60. The second lies 25 % below the first: more than another seed alone was seen to change (9 %). " +
      "Measured on other clips or labels, and so not compared: odd.",
  );
});

test("runs that were not trained equally long are said not to be", () => {
  const long = run("b", 0.8, undefined, "digit", 150);
  assert.match(compared([run("a", 0.6), long]), /They were trained for 60 s to 3 min\.$/);
  assert.doesNotMatch(compared([run("a", 0.6), run("b", 0.8, undefined, "digit", 80)]), /trained for/);
});

test("of several seeds the means are compared, and from four of each on how often luck alone sets them so far apart", () => {
  assert.equal(
    compared([seeds("a · 2 seeds", [0.6, 0.62]), seeds("b · 3 seeds", [0.63, 0.7, 0.68])]),
    "kNN of digit at the last snapshot: b · 3 seeds .67 (.63 to .70), a · 2 seeds .61 (.60 to .62). " +
      "The second lies 9 % below the first: farther than the seeds spread, which so few don't prove.",
  );
  assert.match(
    compared([seeds("a", [0.5, 0.5, 0.5, 0.5]), seeds("b", [0.6, 0.6, 0.6, 0.6])]),
    /The second lies 17 % below the first: of methods that don't differ, 3 % of pairs lie/,
  );
  assert.match(compared([seeds("a", [0.5, 0.65]), seeds("b", [0.63, 0.7])]), /not shown to differ: seeds alone/);
  assert.match(
    compared([seeds("a", [0.5, 0.65, 0.6, 0.7]), seeds("b", [0.63, 0.7, 0.6, 0.64])]),
    /not shown to differ: of methods that don't differ, \d+ % of pairs/,
  );
  assert.match(compared([run("a", 0.5), seeds("b", [0.63, 0.7])]), /more than another seed alone/);
});

test("many seeds tell methods apart although the worst of one lies below the best of the other", () => {
  const low = [0.6, 0.61, 0.62, 0.63, 0.64, 0.71];
  const high = [0.7, 0.72, 0.73, 0.74, 0.75, 0.76];
  assert.match(
    compared([seeds("a", low), seeds("b", high)]),
    /The second lies 13 % below the first: .* 0\.4 % of pairs/,
  );
});

test("seeds that had unlike numbers of steps are said to", () => {
  const uneven = seeds("a · 2 seeds", [0.6, 0.62]);
  uneven.runs[1].score.step = 1500;
  const said = / Seeds of one method had unlike numbers of steps: a · 2 seeds 100 to 1,500\.$/;
  assert.match(compared([uneven, seeds("b", [0.7, 0.7])]), said);
  uneven.runs[1].score.step = 120;
  assert.doesNotMatch(compared([uneven, seeds("b", [0.7, 0.7])]), /unlike/);
});
