// What the map hears of its run: late and lost answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { useSource } = await import("../../../assets/js/core/source.js");
const { AwaitedSounds } = await import("../../../assets/js/map/awaited_sounds.js");
const { Following } = await import("../../../assets/js/map/following.js");
const { Choice } = await import("../../../assets/js/map/choice.js");
const { awaitedWords, Timeline } = await import("../../../assets/js/map/timeline.js");

const POINTS = { n: 2, clips: [0, 1], columns: [], main_facet: "", fingerprint: "f", sounds: true };
const settled = () => new Promise((settle) => setTimeout(settle, 5));

test("clips that could not be fetched are asked for once more, one question at a time", async () => {
  let asked = 0;
  useSource({
    tags: async () => null,
    points: async () => {
      if (++asked === 1) throw new Error("The page's server does not answer.");
      return POINTS;
    },
  });
  const feed = { name: "a", status: { state: "finished" } };
  const map = {
    ...{ run: "a", clips: null, shownLayout: null, layouts: { made: { steps: [0] } }, said: [] },
    ...{ colouring: { adopt() {} }, timeline: { offer() {} }, moved: { offer() {} } },
    clear: (text) => map.said.push(text),
  };
  const following = Object.assign(Object.create(Following.prototype), { map, fetching: null });
  await following.news(feed);
  assert.deepEqual(map.said, ["The page's server does not answer."]);
  following.explain(feed);
  following.explain(feed);
  await settled();
  assert.equal(asked, 2);
  assert.equal(map.clips.points, POINTS);
});

/** Waits for the sounds of clips as `AwaitedSounds` does, without a clock. */
function awaited(clips, taken) {
  const sounds = Object.assign(Object.create(AwaitedSounds.prototype), { clips, take: (points) => taken.push(points) });
  sounds.begin();
  return sounds;
}

test("sounds that are not here are asked for ever more rarely", async (context) => {
  context.mock.method(performance, "now", () => 0);
  useSource({ points: async () => null });
  const clips = { run: "a", points: { ...POINTS, sounds: false } };
  const sounds = awaited(() => clips, []);
  const waits = [];
  for (let i = 0; i < 12; i++) {
    await sounds.ask();
    waits.push(sounds.askAt);
  }
  assert.deepEqual([waits[0], waits[1], waits[11]], [3000, 4500, 60_000]);
});

test("what is known of sounds is told of the clips that were asked about, and of no others", async () => {
  useSource({ points: async () => POINTS });
  let shown = { run: "a", points: { ...POINTS, sounds: false } };
  const taken = [];
  const sounds = awaited(() => shown, taken);
  await sounds.ask();
  assert.deepEqual(taken, [POINTS]);
  const asking = sounds.ask();
  shown = { run: "b", points: POINTS };
  await asking;
  shown = { run: "c", points: { ...POINTS, n: 3 } };
  await sounds.ask();
  assert.equal(taken.length, 1);
});

test("neighbours that come once another step is shown are not shown with it", async () => {
  const near = { 10: [{ point: 1 }], 20: [{ point: 0 }] };
  const waits = { 10: 4, 20: 0 };
  useSource({
    neighbours: (_, step) => new Promise((settle) => setTimeout(() => settle(near[step]), waits[step])),
  });
  const map = { run: "a", clips: {}, shownLayout: { step: 10 }, panel: null, ring() {} };
  const choice = Object.assign(Object.create(Choice.prototype), { map, point: 0, near: [] });
  const first = choice.find();
  map.shownLayout = { step: 20 };
  await Promise.all([first, choice.find()]);
  assert.deepEqual(choice.near, near[20]);
});

test("snapshots that are being played stop with their run", () => {
  const timeline = Object.assign(Object.create(Timeline.prototype), { playing: true, markBest() {}, dress() {} });
  timeline.followRun();
  assert.equal(timeline.playing, false);
});

test("maps that are still to come are told of, except of one that a training draws in a moment", async () => {
  useSource({ tags: async () => null, points: async () => POINTS });
  const offered = [];
  const map = {
    ...{ run: "a", clips: { points: POINTS }, layouts: { made: { steps: [0], snapshots: 9 } } },
    ...{ timeline: { offer: (...given) => offered.push(given) }, moved: { offer() {} } },
  };
  await Object.assign(Object.create(Following.prototype), { map }).news({ name: "a" });
  assert.deepEqual(offered, [[[0], 8]]);
  assert.equal(awaitedWords(8), "The maps of 8 more snapshots are being drawn.");
  assert.deepEqual([awaitedWords(1), awaitedWords(0)], ["", ""]);
});
