import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
let ends = [];
globalThis.AudioContext = class {
  state = "running";
  currentTime = 0;
  decodeAudioData = async () => ({ duration: 1 });
  suspend() {}
  createBufferSource() {
    const made = { connect() {}, start: () => ends.push(() => made.onended?.()), stop() {} };
    return made;
  }
};
const { useSource } = await import("../../../assets/js/core/source.js");
const { isPlaying, playInTurn, stop } = await import("../../../assets/js/sound/sound.js");

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
