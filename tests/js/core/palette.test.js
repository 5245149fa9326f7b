import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { cyclicColours, fromOklch, numberColours, palette, placesOf } = await import(
  "../../../assets/js/core/palette.js"
);

const GROUND = { light: "#ffffff", dark: "#0b0f19" };
const names = Array.from({ length: 50 }, (_, i) => `class ${i}`);

/** Relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2). */
function luminance(/** @type {string} */ colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(/** @type {string} */ a, /** @type {string} */ b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test("OKLCH gives the colours that it is defined by", () => {
  assert.equal(fromOklch(1, 0, 0), "#ffffff");
  assert.equal(fromOklch(0, 0, 0), "#000000");
  assert.equal(fromOklch(0.62796, 0.25768, 29.234), "#ff0000");
  assert.match(fromOklch(0.5, 0.4, 145), /^#[0-9a-f]{6}$/); // cannot be shown: its chroma is lowered
});

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`fifty classes are told apart and read on ${theme}`, () => {
    pretendPage({ dark: theme === "dark" });
    const looks = palette(names);
    assert.equal(new Set(looks.map(({ colour, marker }) => `${colour} ${marker}`)).size, 50);
    assert.equal(new Set(looks.slice(0, 10).map(({ colour }) => colour)).size, 10);
    for (const { colour } of looks.slice(0, 30)) assert.ok(contrast(colour, GROUND[theme]) > 2, colour);
  });

  test(`the scale of numbers grows lighter all the way on ${theme}`, () => {
    pretendPage({ dark: theme === "dark" });
    const light = numberColours(20).map(luminance);
    for (let i = 1; i < light.length; i++) assert.ok(light[i] > light[i - 1], `${i}`);
  });

  test(`the scale of a circle ends beside its beginning, and tells the way up from the way down, on ${theme}`, () => {
    pretendPage({ dark: theme === "dark" });
    const colours = cyclicColours(48);
    const apart = (/** @type {number} */ i, /** @type {number} */ j) => {
      const parts = [1, 3, 5].map((at) =>
        [colours[i], colours[j]].map((c) => Number.parseInt(c.slice(at, at + 2), 16)),
      );
      return Math.hypot(...parts.map(([a, b]) => a - b));
    };
    for (let i = 0; i < 48; i++) assert.ok(apart(i, (i + 1) % 48) < 45, `${i}: ${apart(i, (i + 1) % 48)}`);
    for (let i = 6; i < 18; i++) assert.ok(apart(i, 47 - i) > 80, `${i}: ${apart(i, 47 - i)}`);
    for (const colour of colours.slice(18, 30)) assert.ok(luminance(colour) > luminance(colours[0]), colour);
  });
}

test("many classes that are numbers have a scale, few have colours of their own", () => {
  pretendPage();
  const pitches = palette(Array.from({ length: 20 }, (_, i) => String(40 + i)));
  assert.equal(new Set(pitches.map(({ marker }) => marker)).size, 1);
  assert.ok(luminance(pitches[19].colour) > luminance(pitches[0].colour));
  assert.deepEqual(palette(["1", "2"]), palette(["a", "b"]));
});

test("pitches, steps and numbers of one unit have an order; names with numbers in them have none", () => {
  const numbered = (/** @type {(i: number) => string} */ name) => Array.from({ length: 13 }, (_, i) => name(i));
  assert.deepEqual(placesOf(["C4", "A2", "F#3", "B♭3"]), [48, 33, 42, 46]);
  assert.deepEqual(placesOf(numbered((i) => `step ${i * 10}`))?.slice(0, 3), [0, 10, 20]);
  assert.deepEqual(placesOf(numbered((i) => `${i}.5 Hz`))?.slice(0, 2), [0.5, 1.5]);
  assert.equal(placesOf(numbered((i) => `speaker ${i}`)), null);
  assert.equal(placesOf([...numbered((i) => `${i} Hz`), "5 dB"]), null);
  assert.equal(placesOf(["C4", "A2", "drum"]), null);
  assert.equal(placesOf([]), null);
});

test("pitches have a ramp from low to high", () => {
  pretendPage();
  const looks = palette(["A2", "C4", "C6"]).map(({ colour }) => luminance(colour));
  assert.ok(looks[0] < looks[1] && looks[1] < looks[2]);
});
