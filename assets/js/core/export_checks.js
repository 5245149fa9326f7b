// Whether the files of an exported run hold what explorer/export/ wrote: each function gives the value, or throws.

import { base64Of, bytesOf } from "./source.js";

const FORMAT = 1;
const PLACE_LEVELS = 65_535;
const MOST_SMALL = 65_536; // points that two bytes tell apart

/** @import { Column, ExportedLens, Knowledge, SuspectList } from "./types.d.ts" */

/** A file that says of itself that this page cannot read it. */
export class Unknown extends Error {}

/** @param {unknown} holds */
function must(holds) {
  if (!holds) throw new Error("damaged");
}

/** @param {any} value */
export function object(value) {
  must(value !== null && typeof value === "object" && !Array.isArray(value));
  return value;
}

/** @param {any} value */
export function list(value) {
  must(Array.isArray(value));
  return value;
}

const isCount = (/** @type {unknown} */ value) => Number.isInteger(value) && Number(value) >= 0;

/** @param {any} value */
export function checkedRun(value) {
  const { format, name, title, status, layouts, lens, clips, near } = object(value);
  if (isCount(format) && format !== FORMAT)
    throw new Unknown(`This export has the format ${format}, and this page reads the format ${FORMAT}.`);
  must([name, title, object(status).state].every((text) => typeof text === "string"));
  must([...list(lens), ...list(object(layouts).steps), clips, near, format].every(isCount));
  must(object(layouts.kinds) && object(layouts.trust));
  return value;
}

/** @param {any} value */
export function checkedPoints(value) {
  const { n, clips, columns, windows = [] } = object(value);
  must(isCount(n) && list(clips).length === n && clips.every(isCount));
  must(list(columns).every((/** @type {Column} */ column) => !column.values || column.values.length === n));
  must(list(windows).every((/** @type {unknown} */ words) => typeof words === "string"));
  return value;
}

/**
 * @param {ArrayBuffer} bytes
 * @param {number} n
 */
export function placesOf(bytes, n) {
  must(bytes.byteLength === 4 + 4 * n);
  const view = new DataView(bytes);
  const reach = view.getFloat32(0, true);
  must(reach > 0 && Number.isFinite(reach));
  const place = (/** @type {number} */ at) => reach * ((2 * view.getUint16(at, true)) / PLACE_LEVELS - 1);
  return {
    x: Float32Array.from({ length: n }, (_, i) => place(4 + 2 * i)),
    y: Float32Array.from({ length: n }, (_, i) => place(4 + 2 * (n + i))),
  };
}

/**
 * The nearest k of each of n points, one after the other.
 * @param {ArrayBuffer} bytes
 * @param {number} n
 * @param {number} k
 */
export function nearOf(bytes, n, k) {
  const wide = n > MOST_SMALL ? 4 : 2;
  must(bytes.byteLength === n * k * (wide + 2));
  const view = new DataView(bytes);
  const length = n * k;
  const points = Uint32Array.from({ length }, (_, i) =>
    wide === 4 ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true),
  );
  must(points.every((point) => point < n));
  return { points, scores: Int16Array.from({ length }, (_, i) => view.getInt16(wide * length + 2 * i, true)) };
}

/** @param {any} value */
export function lensOf(value) {
  const { step, pictures, clips } = /** @type {ExportedLens} */ (object(value));
  must(isCount(step) && list(clips));
  return { step, clips, pictures: list(pictures).map(pictureOf) };
}

/** @param {any} value */
export function measuredOf(value) {
  must(isCount(object(value).step) && object(value.names) && typeof value.note === "string");
  return { ...value, pictures: list(value.pictures).map(pictureOf) };
}

/** @param {any} value @returns {SuspectList | null} */
export function suspectsOf(value) {
  if (value === null) return null;
  must(isCount(object(value).step) && object(value.kinds));
  for (const { clip, beside, also } of list(value.rows))
    must(
      [clip, ...list(also), ...list(beside).map((/** @type {{clip: unknown}} */ other) => other.clip)].every(isCount),
    );
  return value;
}

/** @param {any} value @returns {Knowledge} */
export function knowledgeOf(value) {
  for (const part of ["facets", "shortcuts", "invariance"]) must(object(value)[part] === null || object(value[part]));
  const heard = { fingerprint: "", sounds: false, note: "" };
  return { ...value, newest: null, front_end: {}, asked: null, offered: false, heard };
}

/** @param {ExportedLens["pictures"][number]} picture */
function pictureOf({ bytes, ...picture }) {
  const { low, high, shape } = picture;
  const packed = bytesOf(picture.values);
  must(packed.length === bytes * shape.reduce((a, b) => a * b, 1));
  if (bytes === 4) return picture;
  const values = Float32Array.from(packed, (level) => low + (level / 255) * (high - low));
  return { ...picture, values: base64Of(new Uint8Array(values.buffer)) };
}
