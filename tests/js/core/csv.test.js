import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText } from "../../../assets/js/core/csv.js";

test("cells are quoted where they must be, and none is a formula", () => {
  const cells = ["plain", 'a "quote"', "a, comma", "two\nlines", "two\rlines", "=1+1", "-x", -1.5, null, undefined, ""];
  assert.equal(csvText([cells]), `\ufeffplain,"a ""quote""","a, comma","two\nlines","two\rlines",'=1+1,'-x,-1.5,,,\n`);
});
