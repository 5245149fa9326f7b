import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inUnit } from "../../../assets/js/forms/units.js";

const cases = JSON.parse(readFileSync(new URL("units.json", import.meta.url), "utf8")); // those of tests/training/test_units.py

for (const [unit, value, words] of cases)
  test(`${value} ${unit} is ${words || "said by its number"}`, () => assert.equal(inUnit(unit, value), words));
