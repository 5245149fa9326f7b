import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
let ends = [];
let begun = [];
globalThis.AudioContext = class {
  state = "running";
  currentTime = 0;
  decodeAudioData = async () => ({ duration: 1 });
  suspend() {}
  createBufferSource() {
    const made = { connect() {}, start: (_, from) => ends.push(() => made.onended?.()) && begun.push(from), stop() {} };
    return made;
  }
};
const { useSource } = await import("../../../assets/js/core/source.js");
const { isPending, isPlaying, play, playInTurn, stop } = await import("../../../assets/js/sound/sound.js");

const settled = () => new Promise((settle) => setTimeout(settle, 1));

test("a long row is heard in its order, and fetched only a little ahead, each sound once", async () => {
  const asked = [];
  useSource({ sound: async ({ index }) => asked.push(index) && new ArrayBuffer(0) });
  const row = Array.from({ length: 120 }, (_, index) => ({ fingerprint: "f", index }));
  playInTurn(row);
  await settled();
  assert.ok(asked.length < 10, `${asked.length} at once`);
  for (const [i, sound] of row.entries()) {
    assert.ok(isPlaying(sound), `sound ${i}`);
    const [end] = ends;
    ends = [];
    end();
    await settled();
  }
  assert.deepEqual([...asked].sort((a, b) => a - b), row.map(({ index }) => index)); // biome-ignore format: one line
  stop();
});

test("of several sounds that are fetched the one that was wished for last is heard", async () => {
  const waiting = new Map();
  useSource({ sound: ({ index }) => new Promise((settle) => waiting.set(index, settle)) });
  const [slow, quick] = [1000, 1001].map((index) => ({ fingerprint: "f", index }));
  play(slow);
  play(quick);
  assert.ok(isPending(quick) && !isPending(slow));
  waiting.get(1001)(new ArrayBuffer(0));
  await settled();
  waiting.get(1000)(new ArrayBuffer(0));
  await settled();
  assert.ok(isPlaying(quick) && !isPlaying(slow));
  stop();
});

test("a sound begins where it is asked to, and behind its end at its beginning", async () => {
  useSource({ sound: async () => new ArrayBuffer(0) });
  begun = [];
  for (const offset of [0.25, -1, 1, 7]) {
    await play({ fingerprint: "f", index: 2000 }, { offset });
  }
  assert.deepEqual(begun, [0.25, 0, 0, 0]);
  stop();
});
