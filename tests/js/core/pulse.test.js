import assert from "node:assert/strict";
import { before, mock, test } from "node:test";

let pulse;

before(async () => {
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(console, "error", () => {});
  pulse = await import("../../../assets/js/core/pulse.js");
});

const later = async () => {
  mock.timers.tick(600);
  for (let i = 0; i < 30; i++) await null;
};

test("a follower that fails stops neither the others nor the clock", async () => {
  let beats = 0;
  const stops = [
    pulse.onPulse(() => Promise.reject(new Error("no answer")), { every: 0 }),
    pulse.onPulse(() => {}, { every: 0, seen: () => missing.element }), // a name that nobody knows
    pulse.onPulse(() => beats++, { every: 0 }),
  ];
  for (let i = 0; i < 5; i++) await later();
  assert.ok(beats >= 3, `${beats} beats`);
  for (const stop of stops) stop();
  const before = beats;
  await later();
  assert.equal(beats, before);
});

test("nobody is asked while the page is hidden, nor what cannot be seen", async () => {
  let beats = 0;
  let shown = false;
  const stop = pulse.onPulse(() => beats++, { every: 0, seen: () => shown });
  await later();
  assert.equal(beats, 0);
  shown = true;
  document.hidden = true;
  await later();
  assert.equal(beats, 0);
  document.hidden = false;
  await later();
  assert.ok(beats > 0);
  stop();
});

test("who comes back to the page is told at once, however seldom that is else", async () => {
  let beats = 0;
  const stop = pulse.onPulse(() => beats++, { every: 1e9 });
  await later();
  await later();
  assert.equal(beats, 1);
  document.dispatchEvent(new Event("visibilitychange"));
  await later();
  assert.equal(beats, 2);
  stop();
});
