// What is dropped as folders, read to its last file: a browser gives no more of a folder than its name.

import { zipped } from "./zip.js";

/** @import { DroppedFile } from "./zip.js" */

/**
 * One zip of all that was dropped, with the folders in it. What lies in the only folder lies at the top of the zip, which is
 * called as the folder. Hidden files stay away: they are a system's own.
 * @param {FileSystemEntry[]} entries
 * @returns {Promise<File>} rejects with an Error whose message is one sentence
 */
export async function asZip(entries) {
  const only = entries.length === 1;
  const name = only ? entries[0].name : `${entries.length} dropped together`;
  try {
    const files = (await Promise.all(entries.map((entry) => filesOf(entry, only ? "" : entry.name)))).flat();
    return new File([await zipped(files)], `${name}.zip`, { type: "application/zip" });
  } catch (reason) {
    const said = reason instanceof RangeError ? "is more than 4 GB or 65,535 files" : "could not be read";
    throw new Error(`What was dropped ${said}: name the folder on this machine instead.`);
  }
}

/**
 * @param {FileSystemEntry} entry
 * @param {string} path its own; "" for what lies at the top
 * @returns {Promise<DroppedFile[]>}
 */
async function filesOf(entry, path) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const { promise, resolve, reject } = /** @type {PromiseWithResolvers<File>} */ (Promise.withResolvers());
    /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject);
    return [{ path: path || entry.name, file: await promise }];
  }
  const found = [];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (let some = await next(reader); some.length; some = await next(reader)) {
    for (const inside of some) found.push(...(await filesOf(inside, path ? `${path}/${inside.name}` : inside.name)));
  }
  return found;
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} a hundred at most; none at the end */
const next = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
