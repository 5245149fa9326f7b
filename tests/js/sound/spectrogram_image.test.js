import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

let spread, COLOURS;
const picture = (cells, low_db, high_db) => ({ cells: Uint8Array.from(cells), low_db, high_db });

before(async () => {
  pretendPage();
  ({ spread, COLOURS } = await import("../../../assets/js/sound/spectrogram_image.js"));
});

test("colours of spectrograms grow lighter all the way", () => {
  const sums = [...COLOURS].map(
    (pixel) => (pixel & 255) * 0.2126 + ((pixel >> 8) & 255) * 0.7152 + ((pixel >> 16) & 255) * 0.0722,
  );
  for (let i = 8; i < 256; i += 8) assert.ok(sums[i] > sums[i - 8], `${i}`);
});

test("a quiet sound fills the colours", () => {
  const cells = [...Array(99).keys()].map((i) => i / 2); // from -140 to -124.6 dB at most
  const quiet = spread(picture([...cells, 120], -140, -60)); // its loudest has -102 dB
  assert.equal(quiet.at(-1), 255);
  assert.equal(quiet[0], 0);
});

test("silence stays dark", () => {
  assert.equal(Math.max(...spread(picture(Array(64).fill(0), -140, -60))), 0);
  assert.ok(Math.max(...spread(picture([...Array(63).fill(0), 10], -140, -60))) < 64);
});

test("an even noise is not torn apart", () => {
  const noise = spread(picture([200, 201, 202, 203, 204], -90, -10));
  assert.ok(Math.max(...noise) - Math.min(...noise) <= 10);
});

test("order is kept and nothing wraps around", () => {
  const cells = [...Array(256).keys()];
  const shades = [...spread(picture(cells, -80, 0))];
  assert.deepEqual(
    shades,
    [...shades].sort((a, b) => a - b),
  );
});
