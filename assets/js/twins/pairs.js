// Which runs were begun together as twins, as far as this page has seen: the one brings the other along, and takes it away again.

/** @type {Map<string, string>} */
const others = new Map();

/** @type {(one: string, other: string) => void} */
export const pair = (one, other) => void others.set(one, other).set(other, one);

/**
 * The runs to be looked at once `name` was chosen in place `at`. Who goes from one of two twins to a third run leaves both.
 * @param {string[]} runs
 * @param {number} at
 * @param {string} name "" for none
 */
export function chosen(runs, at, name) {
  const left = at === 0 && runs.length ? others.get(runs[0]) : undefined;
  const next = [...runs];
  next[at] = name;
  return next.filter((run, place) => run && (place === at || (run !== name && run !== left)));
}
