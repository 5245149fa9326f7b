import assert from "node:assert/strict";
import { test } from "node:test";
import { filesApart } from "../../../assets/js/sound/same_rows.js";

const row = (label, note, file, more = {}) => ({ sound: null, label, note, file, ...more });
const told = (...rows) => {
  const files = filesApart(rows);
  return rows.map((each) => files.get(each));
};

test("rows that read the same are told apart by their files, and no others", () => {
  const [first, second] = ["digits/7_george_3.wav", "digits/7_george_8.wav"];
  assert.deepEqual(
    told(row("7", "speaker: george", first), row("7", "speaker: theo", "a.wav"), row("7", "speaker: george", second)),
    ["7_george_3.wav", undefined, "7_george_8.wav"],
  );
  const likely = (file, lead) => row("7", "george", file, { lead });
  assert.deepEqual(told(likely(first, "83 %"), likely(second, "82 %")), ["7_george_3.wav", "7_george_8.wav"]);
});

test("files of one name are told with their folders", () => {
  assert.deepEqual(told(row("a", "", "x/1.wav"), row("a", "", "y/1.wav"), row("a", "", "y/2.wav")), [
    "x/1.wav",
    "y/1.wav",
    "2.wav",
  ]);
});

test("a folder that is called as the label is does not say it again", () => {
  assert.deepEqual(told(row("yes", "", "yes/American man/02"), row("yes", "", "yes/British woman/02")), [
    "American man/02",
    "British woman/02",
  ]);
});

test("where no file is known rows stay as they are", () => {
  assert.deepEqual(told(row("a", ""), row("a", "")), [undefined, undefined]);
});
