// What a visitor chose, as it comes back after a reload.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { chooseData, keep, keepData, kept, typedBefore } from "../../../assets/js/forms/kept_choices.js";

const held = { localStorage: new Map(), sessionStorage: new Map() };
/** @type {{closest: (field: string) => boolean} | null} */
let activeElement = null;

beforeEach(() => {
  for (const [name, texts] of Object.entries(held)) {
    texts.clear();
    const value = {
      getItem: (/** @type {string} */ key) => texts.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ text) => texts.set(key, text),
    };
    Object.defineProperty(globalThis, name, { configurable: true, value });
  }
  activeElement = null;
  const value = Object.defineProperty({}, "activeElement", { get: () => activeElement });
  Object.defineProperty(globalThis, "document", { configurable: true, value });
});

test("what was kept comes back, what never was passes", () => {
  keep(["encoder", "seed"], "conv2d", 3);
  assert.deepEqual(kept(["encoder", "seed", "wrong"], "usual", 0, "none", "other"), ["conv2d", 3, "none", "other"]);
  assert.equal(kept(["seed"], 0), 3);
});

test("the paths that were chosen take the last place, whatever stood there", () => {
  assert.deepEqual(typedBefore([], false, "x"), ["[]"]);
  keep(["data"], "starter");
  keepData("listen-data", 12, "/sounds");
  assert.deepEqual(typedBefore(["data", "encoder"], true, "other", "usual", {}, "x"), [
    "starter",
    null,
    {},
    '["/sounds"]',
  ]);
});

test("of paths the newest are kept, each once; a set by its name is none", () => {
  for (const path of ["/a", "/b", "C:\\c", "/a", "starter"]) keepData("data", 2, path);
  assert.equal(held.localStorage.get("hearsight:data"), '["/a","C:\\\\c"]');
  assert.equal(kept(["data"], ""), "starter");
});

test("what somebody else left in the browser does no harm", () => {
  held.localStorage.set("hearsight:data", '{"a": 1}');
  held.sessionStorage.set("hearsight:seed", "{");
  keepData("data", 12, "/a");
  assert.equal(held.localStorage.get("hearsight:data"), '["/a"]');
  assert.equal(kept(["seed"], 7), 7);
});

test("a field that is left as it was is only passed through", async () => {
  assert.deepEqual(await chooseData("data", 12, "starter", "starter"), ["starter", true]);
  assert.deepEqual(await chooseData("data", 12, "starter", "/a"), ["/a", false]);
  assert.deepEqual(await chooseData("data", 12, "starter", "/a"), ["/a", true]);
  activeElement = { closest: (field) => field === "#data" };
  assert.deepEqual(await chooseData("data", 12, "starter", "/a"), ["/a", false]);
});
