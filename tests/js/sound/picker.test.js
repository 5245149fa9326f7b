import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { windowOf } = await import("../../../assets/js/sound/picker.js");

test("a clip says where in its file it lies, where the file gives several", () => {
  const windows = Float32Array.from([0, 2, 2, 4, Number.NaN, Number.NaN]);
  assert.deepEqual([0, 1, 2].map((clip) => windowOf(windows, clip)), ["0.0–2.0 s", "2.0–4.0 s", ""]); // biome-ignore format: one line
  assert.equal(windowOf(null, 0), "");
});
