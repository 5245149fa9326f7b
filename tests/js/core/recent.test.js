import assert from "node:assert/strict";
import { test } from "node:test";
import { Recent } from "../../../assets/js/core/recent.js";

test("the last answers are kept, and those that were wanted longest ago go", async () => {
  const recent = new Recent(2);
  /** @type {string[]} */
  const asked = [];
  const want = (/** @type {string} */ key) =>
    recent.get(key, async () => {
      asked.push(key);
      return key;
    });
  for (const key of ["a", "b", "a", "c", "a", "b"]) assert.equal(await want(key), key);
  assert.deepEqual(asked, ["a", "b", "c", "b"]);
});

test("what failed is asked for again, and takes no newer answer along", async () => {
  const recent = new Recent(1);
  await assert.rejects(recent.get("a", () => Promise.reject(new Error("no"))));
  assert.equal(await recent.get("a", async () => "yes"), "yes");
  const { promise, reject } = Promise.withResolvers();
  const slow = recent.get("b", () => promise);
  recent.get("c", async () => "c"); // "b" goes
  recent.get("b", async () => "newer");
  reject(new Error("too late"));
  await assert.rejects(slow);
  assert.equal(await recent.get("b", () => assert.fail("asked again")), "newer");
});
