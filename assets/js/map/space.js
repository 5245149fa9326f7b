// A map in space as it is seen from one side: turning it, and where its points then lie on the screen.

/** @import { Places } from "../core/types.d.ts" */
/** @typedef {readonly [number, number, number, number, number, number, number, number, number]} Turn  a rotation, row by row */

/** @type {Turn} */
export const FRONT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const SHARE = 0.95; // of the points lie within the ball that is shown

/**
 * A rotation, turned further as a drag to the right (`across`, radians) and upwards (`up`) turns a ball.
 * @param {Turn} turn
 * @param {number} across
 * @param {number} up
 * @returns {Turn}
 */
export function turnedBy(turn, across, up) {
  const [c, s] = [Math.cos(across), Math.sin(across)];
  const [d, t] = [Math.cos(up), Math.sin(up)];
  return product([1, 0, 0, 0, d, t, 0, -t, d], product([c, 0, s, 0, 1, 0, -s, 0, c], turn));
}

/**
 * @param {Turn} a
 * @param {Turn} b
 * @returns {Turn}
 */
function product(a, b) {
  const at = (/** @type {number} */ i, /** @type {number} */ j) =>
    a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

/**
 * Where points lie when they are turned: to the right, up, and towards whoever looks.
 * @param {Turn} turn
 * @param {Required<Places>} places
 * @returns {Required<Places>}
 */
export function turned(turn, places) {
  const n = places.x.length;
  const seen = { x: new Float32Array(n), y: new Float32Array(n), z: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    seen.x[i] = along(turn, 0, places, i);
    seen.y[i] = along(turn, 1, places, i);
    seen.z[i] = along(turn, 2, places, i);
  }
  return seen;
}

/**
 * Where one of the points lies on the screen when they are turned.
 * @param {Turn} turn
 * @param {Required<Places>} places
 * @param {number} i
 */
export const turnedPoint = (turn, places, i) => ({ x: along(turn, 0, places, i), y: along(turn, 1, places, i) });

/**
 * How far a point lies along an axis of the screen: a row of the rotation times its place.
 * @param {Turn} turn
 * @param {number} axis
 * @param {Required<Places>} places
 * @param {number} i
 */
const along = (turn, axis, { x, y, z }, i) =>
  turn[3 * axis] * x[i] + turn[3 * axis + 1] * y[i] + turn[3 * axis + 2] * z[i];

/**
 * The radius of the ball around the middle in which nearly all points lie, however they are turned.
 * @param {Required<Places>} places
 */
export function radiusOf({ x, y, z }) {
  const far = x
    .map((v, i) => Math.hypot(v, y[i], z[i]))
    .filter(Number.isFinite)
    .sort();
  return far.length ? far[Math.floor(SHARE * (far.length - 1))] || 1 : 1;
}

/** With zeros for a third axis where places lie on a plane. @param {Places} places @returns {Required<Places>} */
export const inSpace = (places) => ({ ...places, z: places.z ?? new Float32Array(places.x.length) });

/**
 * Places on the way from one layout to another.
 * @param {Places} from
 * @param {Places} to
 * @param {number} share of the way
 * @returns {Places}
 */
export function mixed(from, to, share) {
  const mix = (/** @type {Float32Array<ArrayBuffer>} */ a, /** @type {Float32Array<ArrayBuffer>} */ b) =>
    b.map((v, i) => a[i] + share * (v - a[i]));
  const flat = { x: mix(from.x, to.x), y: mix(from.y, to.y) };
  return from.z && to.z ? { ...flat, z: mix(from.z, to.z) } : flat;
}
