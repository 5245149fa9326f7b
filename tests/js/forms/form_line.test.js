import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { lineOf } = await import("../../../assets/js/forms/form_line.js");

const changed = (name, value, unit = "") => ({ name, value, unit });

test("a form that isn't filled says nothing", () => {
  assert.equal(lineOf({ data: "dirt", method: "", wrong: "", changed: [] }), "");
});

test("method, data, and what differs from the defaults", () => {
  const held = {
    data: "dirt",
    method: "SimCLR",
    wrong: "",
    changed: [changed("temperature", 0.5), changed("seconds", 60, "s")],
  };
  assert.equal(lineOf(held), "SimCLR on dirt · temperature 0.5 · seconds 60 s");
});

test("of many changes the first are told, and how many more there are", () => {
  const many = Array.from({ length: 6 }, (_, i) => changed(`setting_${i}`, i));
  assert.match(
    lineOf({ data: "", method: "BYOL", wrong: "", changed: many }),
    /^BYOL on the chosen data( · setting (\d) \2){4} · 2 more changed$/,
  );
});

test("what is done wrong on purpose stands before the settings", () => {
  const of = (wrong) => lineOf({ data: "dirt", method: "BYOL", wrong, changed: [changed("seconds", 60, "s")] });
  assert.equal(of("part:stop_gradient"), "BYOL on dirt · without stop gradient · seconds 60 s");
  assert.equal(of("mistake:no_augmentation"), "BYOL on dirt · no augmentation · seconds 60 s");
});
