// What a visitor waits for when the page opens comes first: the map, the chosen clip and its neighbours. What holds the
// browser's thread for a second (plotly.js) or makes the server import torch is asked for after it.

const LONGEST_MS = 5000;
const SEEN_MS = 100;

/** @type {Set<object>} */
const drawing = new Set();
/** @type {() => void} */
let settle = () => {};

/** Resolves once all that comes first is there, or nothing is waited for any longer. @type {Promise<void>} */
export const drawn = new Promise((resolve) => {
  settle = resolve;
});
setTimeout(() => settle(), LONGEST_MS);

/** The visitor looks at something else. */
export const nothingFirst = () => settle();

/**
 * Says that `work` brings something that comes first.
 * @template Value
 * @param {Promise<Value>} work
 */
export function first(work) {
  const token = {};
  drawing.add(token);
  const done = () => {
    drawing.delete(token);
    look();
  };
  work.then(done, done);
  return work;
}

/** What is there may only with the next picture of the screen be seen, and ask for more, as a list does for its pictures. */
function look() {
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (!drawing.size) settle();
    }, SEEN_MS),
  );
}
