import assert from "node:assert/strict";
import { test } from "node:test";
import { permutationTest } from "../../../assets/js/runs/permutation.js";

test("all ways to deal are counted, those of ties too", () => {
  assert.equal(permutationTest([1, 1, 1, 1], [2, 2, 2, 2]), 2 / 70);
  assert.equal(permutationTest([1, 2], [3]), 2 / 3);
  assert.equal(permutationTest([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]), 1);
});

test("of very many ways some are drawn", () => {
  const near = Array.from({ length: 12 }, (_, i) => i);
  const found = permutationTest(
    near,
    near.map((value) => value + 2),
  );
  assert.ok(Math.abs(found - 0.205) < 0.01, `${found}`);
});
