// What a browser keeps, and one that keeps nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { store, stored } from "../../../assets/js/core/storage.js";

test("a text is kept under its key, for all pages or for this tab", () => {
  const held = new Map();
  const value = {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => held.set(key, text),
  };
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, value });
  assert.equal(stored("sessionStorage", "drawer"), null);
  assert.equal(store("sessionStorage", "drawer", "open"), true);
  assert.equal(stored("sessionStorage", "drawer"), "open");
});

test("a browser that keeps nothing has nothing, and says that it kept nothing", () => {
  const get = () => {
    throw new DOMException("switched off", "SecurityError");
  };
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get });
  assert.equal(stored("localStorage", "drawer"), null);
  assert.equal(store("localStorage", "drawer", "open"), false);
});
