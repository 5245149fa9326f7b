// The table of runs: in words, in order, filtered.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  age,
  beginningOf,
  besideOthers,
  lineOf,
  matching,
  nameOf,
  repeatsOf,
  seedsOf,
  shortOf,
  sorted,
  toldApart,
} from "../../../assets/js/runs/rows.js";

const NOW = 1_800_000_000;
const DAY = 86_400;

/** @returns {any} */
const row = (name, more = {}) => ({
  name,
  title: "simclr",
  own_title: "simclr",
  starred: false,
  method: "simclr",
  breaks: [],
  data: "starter",
  changed: null,
  seed: null,
  repeats: null,
  score: null,
  warning: "",
  seconds: 0,
  planned: null,
  begun: null,
  state: "finished",
  read_only: false,
  ...more,
});

test("a run's line says each thing once, and leaves out what is not known", () => {
  const full = row("simclr-starter-2027", { score: { value: 0.803 }, begun: NOW - 3 * DAY });
  assert.equal(lineOf(full, NOW), "simclr · starter · kNN .80 · finished · 3 days ago");
  assert.equal(shortOf(full, NOW), "simclr · starter · 3 days ago");
  assert.equal(shortOf(row("example", { begun: NOW - DAY }), NOW), "simclr · starter · the example");
  assert.equal(lineOf(row("a", { data: "", state: "disk_full" }), NOW), "simclr · disk full");
});

test("runs that read the same are told apart by their folders", () => {
  const rows = [row("a"), row("b"), row("c", { title: "byol" })];
  assert.deepEqual([...toldApart(rows, ({ title }) => title).values()], ["simclr · a", "simclr · b", "byol"]);
});

test("runs that read the same are told apart by when they began or were asked for, where that differs", () => {
  const at = (...moment) => new Date(2027, 2, 4, ...moment).getTime() / 1000;
  const rows = [
    row("a", { begun: at(14, 5, 7) }),
    row("b", { planned: at(14, 5, 9) }),
    row("c", { begun: at(9) }),
    row("d", { begun: at(9) }),
  ];
  assert.deepEqual(
    [...toldApart(rows, nameOf).values()],
    [
      "simclr · starter · 4 Mar, 14:05:07",
      "simclr · starter · 4 Mar, 14:05:09",
      "simclr · starter · c",
      "simclr · starter · d",
    ],
  );
});

for (const [seconds, words] of /** @type {[number, string][]} */ ([
  [-5, "just now"],
  [59, "just now"],
  [60, "1 minute ago"],
  [7_200, "2 hours ago"],
  [DAY, "1 day ago"],
  [40 * DAY, "1 month ago"],
  [800 * DAY, "2 years ago"],
])) {
  test(`what began ${seconds} s ago began ${words}`, () => assert.equal(age(NOW - seconds, NOW), words));
}

test("a time that is not known has no age", () => {
  assert.equal(age(null, NOW), "");
});

test("a run that waited tells when it was asked for, and one that waits is sorted by it", () => {
  const at = (/** @type {number} */ seconds) => new Date(1000 * seconds).toLocaleString();
  assert.equal(beginningOf({ begun: NOW, planned: NOW - 2 }), at(NOW));
  assert.equal(beginningOf({ begun: NOW, planned: NOW - DAY }), `${at(NOW)}, asked for ${at(NOW - DAY)}`);
  assert.equal(beginningOf({ begun: null, planned: NOW }), `asked for ${at(NOW)}`);
  assert.equal(beginningOf({ begun: NOW, planned: null }), at(NOW));
  const rows = [
    row("old", { begun: 5, planned: 1 }),
    row("waits", { planned: 9 }),
    row("new", { begun: 12, planned: 8 }),
  ];
  assert.deepEqual(
    sorted(rows, "begun", true).map(({ name }) => name),
    ["new", "waits", "old"],
  );
});

test("each word must stand somewhere in a run", () => {
  const rows = [
    row("first", { changed: ["temperature 0.5"] }),
    row("second", { data: "Birds", warning: "It has collapsed" }),
    row("third", { title: "my best", state: "failed" }),
  ];
  const names = (/** @type {string} */ typed) => matching(rows, typed).map(({ name }) => name);
  assert.deepEqual(names(""), ["first", "second", "third"]);
  assert.deepEqual(names("simclr temperature"), ["first"]);
  assert.deepEqual(names("BIRDS collapsed"), ["second"]);
  assert.deepEqual(names("simclr best failed"), ["third"]); // its own title is found beside the given one
  assert.deepEqual(names("birds failed"), []);
});

test("runs that differ in their seed alone are found by seed, of one seed the newest or the run itself", () => {
  const a = (/** @type {string} */ name, /** @type {number} */ seed) => row(name, { repeats: "a", seed });
  const rows = [
    a("a1 anew", 1),
    a("a0", 0),
    a("a1", 1),
    row("b0", { repeats: "b", seed: 0 }),
    row("c"),
    row("d"),
    a("a10", 10),
  ];
  const of = (/** @type {number} */ i) => seedsOf(rows[i], repeatsOf(rows));
  assert.deepEqual(
    [of(0), of(1), of(2)],
    [
      ["a0", "a1 anew", "a10"],
      ["a0", "a1 anew", "a10"],
      ["a0", "a1", "a10"],
    ],
  );
  assert.deepEqual([of(3), of(4)], [["b0"], []]);
  assert.deepEqual(
    matching(rows, "seed 10").map(({ name }) => name),
    ["a10"],
  );
});

test("rows are sorted by any column, and those without a value come last in either direction", () => {
  const rows = [
    row("a", { score: { value: 0.4 }, begun: 1, seconds: 60, data: "B", starred: true, title: "x" }),
    row("b", { score: null, begun: 3, warning: "w", data: "c", title: "Y" }),
    row("c", {
      score: { value: 0.8 },
      begun: null,
      seconds: 5,
      data: "a",
      changed: ["s"],
      title: "z",
      state: "failed",
    }),
  ];
  const by = (/** @type {any} */ column, down = false) =>
    sorted(rows, column, down)
      .map(({ name }) => name)
      .join("");
  assert.deepEqual([by("score"), by("score", true)], ["acb", "cab"]);
  assert.deepEqual([by("begun"), by("begun", true)], ["abc", "bac"]);
  assert.deepEqual([by("seconds", true), by("warning"), by("changed")], ["acb", "bac", "cab"]);
  assert.deepEqual([by("data"), by("title"), by("state"), by("starred", true)], ["cab", "abc", "cab", "abc"]);
  assert.equal(rows.map(({ name }) => name).join(""), "abc");
});

test("runs over each other are called by what is not the same in all of them", () => {
  const short = { changed: ["steps 60"], seed: 0 };
  const rows = [
    row("a", short),
    row("b", { changed: ["steps 60", "seed 1"], seed: 1 }),
    row("c", { changed: ["steps 60", "temperature 0.3"], seed: 0 }),
  ];
  const words = (/** @type {any[]} */ some) => [...besideOthers(some, NOW).values()];
  assert.deepEqual(words(rows), ["simclr · seed 0", "simclr · seed 1", "simclr · seed 0 · temperature 0.3"]);
  const many = row("h", { changed: ["a 1", "b 2", "c 3", "d 4", "e 5", "f 6"] });
  assert.equal(words([row("i"), many])[1], "simclr · a 1 · b 2 · c 3 · d 4 · 2 more");
  assert.deepEqual(words([rows[0], row("d", { ...short, data: "fsdd" })]), ["simclr · starter", "simclr · fsdd"]);
  const again = [row("e", { begun: NOW - 120 }), row("f", { begun: NOW - 3600 }), row("g", { begun: NOW - 3600 })];
  assert.deepEqual(words(again), ["simclr · 2 minutes ago", "simclr · 1 hour ago · f", "simclr · 1 hour ago · g"]);
});
