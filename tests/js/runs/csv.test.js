import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf } from "../../../assets/js/runs/csv.js";

const ROW = {
  name: "a",
  title: "a, the first",
  own_title: "",
  starred: false,
  method: "SimCLR",
  breaks: ["negatives", "projector norm"],
  data: "=digits",
  changed: ['say "x"'],
  seed: 3,
  repeats: "b",
  score: { value: 0.8125, step: 40, facet: "digit", beside: { random_init: 0.58, chance: 0.1 } },
  warning: "",
  seconds: 61.5,
  planned: 0,
  begun: 0,
  state: "finished",
  read_only: false,
};

test("a run is a row, with a mark before all and a number as it is", () => {
  const [head, row, end] = csvOf([ROW]).split("\n");
  const columns =
    "run,title,method,without,data,changed,seed,facet,knn,knn_step,random_init,mfcc,log_mel,chance,warning,seconds,begun,state";
  assert.equal(head, `\ufeff${columns}`);
  const cells = `a,"a, the first",SimCLR,negatives; projector norm,'=digits,"say ""x""",3,digit,0.8125,40,0.58,,,0.1,`;
  assert.equal(row, `${cells},61.5,1970-01-01T00:00:00.000Z,finished`);
  assert.equal(end, "");
});

test("what is not known is empty", () => {
  const row = csvOf([{ ...ROW, score: null, begun: null, changed: null, breaks: [], seed: null }]).split("\n")[1];
  assert.equal(row, `a,"a, the first",SimCLR,,'=digits,,,,,,,,,,,61.5,,finished`);
});
