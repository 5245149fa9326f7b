import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, sameSound, soundKey } from "../../../assets/js/core/source.js";

test("each sound has one key", () => {
  assert.equal(soundKey({ fingerprint: "f", index: 0 }), "f:0");
  assert.equal(soundKey({ upload: "f" }), "u:f");
  assert.equal(soundKey(null), "");
  const views = [0, 1].map((which) => soundKey({ views: "clip=3", which }));
  assert.deepEqual(views, ["v:0:clip=3", "v:1:clip=3"]);
  assert.ok(sameSound({ fingerprint: "f", index: 1 }, { fingerprint: "f", index: 1, label: "dog" }));
  assert.ok(!sameSound({ fingerprint: "f", index: 1 }, { fingerprint: "f", index: 11 }));
});

test("base64 becomes bytes", () => {
  assert.deepEqual([...bytesOf(Buffer.from([0, 127, 128, 255]).toString("base64"))], [0, 127, 128, 255]);
});
