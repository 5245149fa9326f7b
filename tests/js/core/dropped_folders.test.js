import assert from "node:assert/strict";
import { test } from "node:test";
import { asZip } from "../../../assets/js/core/dropped_folders.js";
import { contents } from "../zip_contents.js";

/** @type {(name: string) => any} */
const file = (name) => ({ name, isFile: true, file: (/** @type {any} */ give) => give(new Blob([name])) });

/** A folder that tells of two at a time, as a browser tells of a hundred. @type {(name: string, ...inside: any[]) => any} */
const folder = (name, ...inside) => ({
  name,
  isFile: false,
  createReader: () => {
    const left = [...inside];
    return { readEntries: (/** @type {any} */ give) => give(left.splice(0, 2)) };
  },
});

const paths = async (/** @type {Blob} */ zip) => Object.keys(await contents(zip));

test("all of a folder is taken, its hidden files left, and the zip is called as the folder", async () => {
  const inside = [folder("crow", file("1.wav"), file("2.wav"), file("3.wav")), file(".DS_Store"), file("notes.txt")];
  const zip = await asZip([folder("field", ...inside)]);
  assert.equal(zip.name, "field.zip");
  assert.deepEqual(await paths(zip), ["crow/1.wav", "crow/2.wav", "crow/3.wav", "notes.txt"]);
});

test("folders that are dropped together keep their names", async () => {
  const zip = await asZip([folder("crow", file("1.wav")), folder("owl", file("1.wav")), file("alone.wav")]);
  assert.equal(zip.name, "3 dropped together.zip");
  assert.deepEqual(await paths(zip), ["crow/1.wav", "owl/1.wav", "alone.wav"]);
});

test("what cannot be read, or is too large, is said in one sentence", async () => {
  const gone = {
    name: "1.wav",
    isFile: true,
    file: (/** @type {any} */ _, /** @type {any} */ fail) => fail(new Error("gone")),
  };
  await assert.rejects(asZip([folder("field", gone)]), /^Error: What was dropped could not be read: name the folder/);
  const huge = { name: "1.wav", isFile: true, file: (/** @type {any} */ give) => give({ size: 2 ** 33 }) };
  await assert.rejects(
    asZip([folder("field", huge)]),
    /^Error: What was dropped is more than 4 GB or 65,535 files: name the folder/,
  );
});
