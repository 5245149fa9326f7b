import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changed,
  changeWords,
  clipsByTag,
  columnOf,
  commonest,
  examples,
  flagsOf,
  isOfTag,
  kept,
  mergeQuestion,
  saidOf,
  tagsIn,
  tidied,
} from "../../../assets/js/selection/tagging.js";

test("a tag is written in one way, and what can be none is said", () => {
  assert.equal(tidied("  two \n words "), "two words");
  assert.equal(tidied("e\u0301"), "é");
  assert.throws(() => tidied(" "), /empty/);
  assert.throws(() => tidied("a".repeat(61)), /61 characters/);
});

test("what would make two tags one is asked, with how many clips each has", () => {
  const now = { tags: { kick: [1, 2, 3], kcik: [4], constructor: [5] }, known: ["kick", "kcik", "elsewhere"] };
  assert.match(
    mergeQuestion(now, "kcik", "  kick "),
    /^There is a tag “kick” already, on 3 clips here, and “kcik” is on 1 clip; .*Undo/,
  );
  assert.match(mergeQuestion(now, "kcik", "elsewhere"), /elsewhere” already, on 0 clips here/);
  assert.match(mergeQuestion(now, "kcik", "constructor"), /on 1 clip here/);
  for (const free of ["snare", "kcik", " kcik ", "", "toString"]) assert.equal(mergeQuestion(now, "kcik", free), "");
});

test("what a change does is said in words, and of a no as well", () => {
  assert.equal(changeWords("kick", 10, "add"), "kick given to 10 clips");
  assert.equal(changeWords("kick", 1, "remove"), "kick taken off 1 clip");
  assert.equal(changeWords("kick", 1, "not"), "a no for kick given to 1 clip");
  assert.equal(changeWords("kick", 1, "remove", true), "a no for kick taken off 1 clip");
});

test("a change keeps the order, repeats nothing, and a tag without clips is gone", () => {
  const before = { kick: [3, 1] };
  assert.deepEqual(clipsByTag(before, "kick", [1, 7], false), { kick: [3, 1, 7] });
  assert.deepEqual(clipsByTag(before, "snare", [1], false), { kick: [3, 1], snare: [1] });
  assert.deepEqual(clipsByTag(before, "kick", [3, 1], true), {});
  assert.deepEqual(before, { kick: [3, 1] });
});

test("of a tag and a no a clip has what was said last, or neither", () => {
  const before = { tags: { kick: [1, 2], snare: [3] }, noes: { kick: [3] } };
  const denied = changed(before, "kick", [2, 4], "not");
  assert.deepEqual(denied, { tags: { kick: [1], snare: [3] }, noes: { kick: [3, 2, 4] } });
  assert.deepEqual(changed(denied, "kick", [3], "add"), {
    tags: { kick: [1, 3], snare: [3] },
    noes: { kick: [2, 4] },
  });
  assert.deepEqual(changed(before, "kick", [1, 2, 3], "remove"), { tags: { snare: [3] }, noes: {} });
  assert.deepEqual(saidOf(denied, "kick", [4, 3, 1, 9]), { add: [1], not: [4, 3], remove: [9] });
});

test("the column has one value for each combination of tags", () => {
  const { names, values } = columnOf({ snare: [7, 9], kick: [9, 100] }, [9, 8, 7]);
  assert.deepEqual(names, ["kick  +  snare", "snare"]);
  assert.deepEqual(values, [0, -1, 1]);
});

test("the column says which clips carry which tags", () => {
  const tags = { kick: [9, 5], "kick + snare": [8], snare: [7, 9] };
  const found = tagsIn({ clips: [9, 8, 7, 5], columns: [columnOf(tags, [9, 8, 7, 5])] });
  assert.deepEqual(found, { kick: [9, 5], "kick + snare": [8], snare: [9, 7] });
  assert.deepEqual(tagsIn({ clips: [9], columns: [] }), {});
});

test("where there are several tags each has a column of its own", () => {
  const [kick, snare] = flagsOf({ snare: [7, 9], kick: [9, 100] }, [9, 8, 7]);
  assert.deepEqual([kick.name, kick.values], ["tag:kick", [1, 0, 0]]);
  assert.deepEqual([snare.title, snare.values], ["Tag: snare", [1, 0, 1]]);
  assert.ok(isOfTag(kick) && !isOfTag(columnOf({}, [])) && !isOfTag({ ...kick, writer: "trainer" }));
  assert.deepEqual(flagsOf({ kick: [9] }, [9]), []);
});

test("what has a no or was tagged otherwise alone is an example against a tag; noes for others say nothing", () => {
  const tags = { kick: [1, 2], snare: [2, 3], hat: [3, 4] };
  const noes = { kick: [5, 3], hat: [1, 6] };
  assert.deepEqual(examples({ tags, noes }, "kick"), { yes: [1, 2], no: [5, 3, 4] });
  assert.deepEqual(examples({ tags, noes }, "clap"), { yes: [], no: [1, 2, 3, 4] });
});

test("a browser's storage may hold anything", () => {
  for (const stored of [null, "", "{", "[]", "null", "3"]) assert.deepEqual(kept(stored), {});
  assert.deepEqual(kept('{"kick":[1,2],"no":["1"],"none":3}'), { kick: [1, 2] });
});

test("clips are of the tag that most of them carry", () => {
  const tags = { kick: [1, 2, 3, 4], snare: [5, 6], constructor: [7] };
  const names = ["kick", "snare", "constructor"];
  assert.equal(commonest(tags, names, [4, 5, 6]), "snare");
  assert.equal(commonest(tags, names, [4, 5]), "kick");
  assert.equal(commonest(tags, [], [4]), "");
  for (const none of [[], [9]]) assert.equal(commonest(tags, names, none), "");
});
