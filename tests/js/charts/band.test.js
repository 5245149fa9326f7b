// The band of healthy runs behind a curve.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { bandOf, bandReach, bandWords, outside, outsideWords, towardsCollapse } = await import(
  "../../../assets/js/charts/band.js"
);

const band = { steps: [20, 40, 60], low: [2, 4, 4], high: [6, 8, 8], runs: 3, data: ["digits"] };
const curve = { key: "m", collapse: "" };
const rows = (...pairs) => pairs.map(([step, m]) => ({ step, m }));

test("a chart of one curve has the band of its measure, one of several has none", () => {
  assert.equal(bandOf([curve], { bands: { m: band } }), band);
  assert.equal(bandOf([curve, { key: "n" }], { bands: { m: band } }), null);
  assert.equal(bandOf([curve], {}), null);
  assert.equal(bandOf([curve], null), null);
});

test("its limits between two steps lie on the line between theirs", () => {
  assert.equal(outside(band, curve, rows([30, 3.1], [30, 6.9])), null);
  assert.deepEqual(outside(band, curve, rows([30, 2.9], [50, 3.9])), { side: "Below", since: 30, upTo: 50 });
});

test("one snapshot outside is not told, nor one that came back", () => {
  assert.equal(outside(band, curve, rows([20, 3], [40, 1])), null);
  assert.equal(outside(band, curve, rows([20, 1], [30, 1], [40, 5])), null);
  assert.equal(outside(band, curve, rows([20, 1], [40, 9])), null);
  assert.deepEqual(outside(band, curve, rows([20, 1], [30, 9], [40, 9])), { side: "Above", since: 30, upTo: 40 });
});

test("snapshots that the band knows nothing of are passed over", () => {
  assert.deepEqual(outside(band, curve, rows([0, 9], [20, 1], [60, 1], [80, 5], [100, 5])), {
    side: "Below",
    since: 20,
    upTo: 60,
  });
  assert.equal(outside(band, curve, [...rows([0, 0], [10, 0], [61, 0]), { step: 40, m: null }, { step: 50 }]), null);
});

test("an axis makes room for the part of it that lies beside the curve", () => {
  assert.deepEqual(bandReach(band, 0), [2, 6]);
  assert.deepEqual(bandReach(band, 45), [2, 8]);
});

test("it says of how many runs it was made", () => {
  assert.match(bandWords(band), /3 healthy runs .* \(digits; known up to step 60\)/);
  assert.match(bandWords({ ...band, runs: 1 }), /1 healthy run of/);
});

test("of a run that went on beyond the band it is told how far the two were compared", () => {
  const found = { side: "Below", since: 30, upTo: 50 };
  assert.equal(outsideWords(found, band, curve, 60), "Lower than in healthy runs since step 30");
  assert.equal(outsideWords(found, band, curve, 2843), "Lower than in healthy runs from step 30 to 50");
});

test("what it means to be outside depends on where a collapse lies", () => {
  const [below, above] = ["Below", "Above"].map((side) => ({ side, since: 30, upTo: 50 }));
  const [rank, cosine] = [{ collapse: "lower" }, { collapse: "higher" }];
  assert.match(outsideWords(below, band, rank, 60), /^Lower .*, the side on which a collapse lies$/);
  assert.match(outsideWords(above, band, rank, 60), /^Higher .*, not the side on which a collapse lies$/);
  assert.match(outsideWords(above, band, cosine, 60), /^Higher .*, the side on which a collapse lies$/);
  assert.deepEqual(
    [towardsCollapse(below, rank), towardsCollapse(below, cosine), towardsCollapse(above, { collapse: "" })],
    [true, false, null],
  );
});
