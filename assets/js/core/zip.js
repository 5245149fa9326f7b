// Files as one zip, stored as they are: what a browser can send of a folder without losing its sub-folders.

const UTF8_NAMES = 0x0800;
const FIRST_OF_1980 = 0x21; // a zip knows no earlier day
export const MOST_BYTES = 0xffffffff; // of a zip and of the files in it: it counts in 32 bits
export const MOST_FILES = 0xffff;

const CRCS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** @typedef {{path: string, file: Blob}} DroppedFile  a file and where it lies, with "/" between folders */

/**
 * The zip of these files, each under its path; the bytes of the files are referred to and not copied.
 * @param {DroppedFile[]} files
 * @returns {Promise<Blob>} rejects where a file can't be read, and with a RangeError where a zip can't hold so much
 */
export async function zipped(files) {
  const total = files.reduce((bytes, { file }) => bytes + file.size + 1_000, 0); // their headers and names included
  if (total > MOST_BYTES || files.length > MOST_FILES) throw new RangeError("more than a zip can hold");
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let offset = 0;
  let listed = 0;
  for (const { path, file } of files) {
    const name = new TextEncoder().encode(path);
    const told = [2, 20, 2, UTF8_NAMES, 2, 0, 2, 0, 2, FIRST_OF_1980, 4, await crcOf(file), 4, file.size, 4, file.size];
    const header = fields(4, 0x04034b50, ...told, 2, name.length, 2, 0);
    const entry = fields(4, 0x02014b50, 2, 20, ...told, 2, name.length, 2, 0, 2, 0, 2, 0, 2, 0, 4, 0, 4, offset);
    parts.push(header, name, file);
    directory.push(entry, name);
    offset += header.length + name.length + file.size;
    listed += entry.length + name.length;
  }
  const { length } = files;
  const end = fields(4, 0x06054b50, 2, 0, 2, 0, 2, length, 2, length, 4, listed, 4, offset, 2, 0);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** Numbers as little-endian bytes. @param {number[]} pairs how many bytes, and the number, by turns */
function fields(...pairs) {
  const bytes = [];
  for (let at = 0; at < pairs.length; at += 2)
    for (let byte = 0; byte < pairs[at]; byte++) bytes.push((pairs[at + 1] >>> (8 * byte)) & 0xff);
  return Uint8Array.from(bytes);
}

/** @param {Blob} file */
async function crcOf(file) {
  let crc = 0xffffffff;
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read())
    for (const byte of read.value) crc = CRCS[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
