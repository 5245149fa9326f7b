import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_BYTES, MOST_FILES, zipped } from "../../../assets/js/core/zip.js";
import { contents } from "../zip_contents.js";

test("what is zipped is read elsewhere, with its folders and awkward names", async () => {
  const zip = await zipped([
    { path: 'Krähen & Füchse/früh "1" it\'s.wav', file: new Blob([Uint8Array.of(0, 255, 128)]) },
    { path: "empty.wav", file: new Blob([]) },
    { path: "long.wav", file: new Blob([new Uint8Array(200_000).fill(7)]) },
  ]);
  assert.deepEqual(await contents(zip), {
    'Krähen & Füchse/früh "1" it\'s.wav': "00ff80",
    "empty.wav": "",
    "long.wav": "07".repeat(200_000),
  });
});

test("more than a zip can hold is refused before it is read", async () => {
  const huge = /** @type {Blob} */ ({ size: MOST_BYTES });
  await assert.rejects(zipped([{ path: "huge.wav", file: huge }]), RangeError);
  const many = Array.from({ length: MOST_FILES + 1 }, (_, number) => ({ path: `${number}`, file: new Blob([]) }));
  await assert.rejects(zipped(many), RangeError);
});
