import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMNS, inOrder } from "../../../assets/js/forms/method_columns.js";

const figures = { a: { speed: 30 }, b: { speed: 500 }, c: { speed: null }, d: null };
const rows = Object.keys(figures).map((name) => ({ name, title: name.toUpperCase(), year: 2020 }));
const order = (title, down) =>
  inOrder(rows, ({ name }) => figures[name], { i: COLUMNS.findIndex((column) => column.title === title), down })
    .map(({ name }) => name)
    .join("");

test("methods are sorted either way, and what wasn't measured comes last in both", () => {
  assert.equal(order("Clips/s", true), "bacd");
  assert.equal(order("Clips/s", false), "abcd");
  assert.equal(order("Method", true), "dcba");
});

test("methods that are alike stay as they stood", () => {
  assert.equal(order("Year", true), "abcd");
});
