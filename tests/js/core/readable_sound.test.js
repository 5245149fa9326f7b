import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { asWav } = await import("../../../assets/js/core/readable_sound.js");

test("a wav says its rate and length, and holds the mean of the channels, cut at full scale", () => {
  const view = new DataView(asWav([Float32Array.of(0, 1, 3), Float32Array.of(0, -0.5, 3)], 48_000));
  const word = (/** @type {number} */ at) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
  assert.deepEqual([0, 8, 12, 36].map(word), ["RIFF", "WAVE", "fmt ", "data"]);
  assert.equal(view.getUint32(4, true), view.byteLength - 8);
  assert.equal(view.getUint32(24, true), 48_000);
  assert.equal(view.getUint32(40, true), 6);
  assert.deepEqual(
    [44, 46, 48].map((at) => view.getInt16(at, true)),
    [0, 8192, 32_767],
  );
});
