import assert from "node:assert/strict";
import { test } from "node:test";
import { windowOf } from "../../../assets/js/sound/windows.js";

test("a clip says where in its file it lies, where the file gives several", () => {
  const windows = Float32Array.from([0, 2, 2, 4, Number.NaN, Number.NaN]);
  assert.deepEqual([0, 1, 2].map((clip) => windowOf(windows, clip)), ["0.0–2.0 s", "2.0–4.0 s", ""]); // biome-ignore format: one line
  assert.equal(windowOf(null, 0), "");
});

test("in a long file it lies where players show it", () => {
  const windows = Float32Array.from([58, 60, 1834, 1836.04, 3599.96, 5402.5]);
  const words = ["0:58.0–1:00.0", "30:34.0–30:36.0", "1:00:00.0–1:30:02.5"];
  assert.deepEqual([0, 1, 2].map((clip) => windowOf(windows, clip)), words); // biome-ignore format: one line
});
