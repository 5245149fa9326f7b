// What files are called where there is little room: by what tells them apart.

const LONG = 24; // letters, for which a row has no more room
const LEAST_CUT = 8;
const LAST = 15; // of a name that is cut inside: there a recorder writes date and time, as 20240512_043000

/** @type {WeakMap<string[], string[]>} */
const shortened = new WeakMap();

/**
 * Each of some files without its folders, where there is but one of that name. Where names are long they come without what all
 * begin with, as a recorder's number; where they still are, without the ending that all have, and cut inside.
 * @param {string[]} files
 */
export function shortNames(files) {
  const known = shortened.get(files);
  if (known) return known;
  const bare = files.map((file) => file.split("/").pop() ?? file);
  const begun = areLong(bare) ? withoutBeginning(bare) : bare;
  const names = areLong(begun) ? withoutEnding(begun).map(cutInside) : begun;
  const times = new Map();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  const own = files.map((file, i) => (times.get(names[i]) === 1 ? names[i] : file));
  shortened.set(files, own);
  return own;
}

/** @type {(names: string[]) => boolean} */
const areLong = (names) => names.some(({ length }) => length > LONG);

/** @param {string[]} names */
function withoutBeginning(names) {
  if (names.length < 2) return names;
  const [first, last] = names.reduce(
    ([a, b], name) => [name < a ? name : a, name > b ? name : b],
    [names[0], names[0]],
  );
  let same = 0;
  while (same < first.length && first[same] === last[same]) same++;
  const cut = first.slice(0, same).search(/[ _-][^ _-]*$/) + 1; // whole words
  return cut < LEAST_CUT ? names : names.map((name) => `…${name.slice(cut)}`);
}

/** @param {string[]} names */
function withoutEnding(names) {
  const ending = /\.\w{1,5}$/.exec(names[0])?.[0];
  return ending && names.every((name) => name.endsWith(ending))
    ? names.map((name) => name.slice(0, -ending.length))
    : names;
}

/** @type {(name: string) => string} */
const cutInside = (name) => (name.length > LONG ? `${name.slice(0, LONG - LAST - 1)}…${name.slice(-LAST)}` : name);
