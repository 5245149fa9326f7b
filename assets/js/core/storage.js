// What the browser keeps for the page. It may keep nothing, as where its storage is full or switched off.

/** For every page of this address, or for this tab alone. @typedef {"localStorage" | "sessionStorage"} Where */

/**
 * What is kept under a key; null where there is nothing.
 * @param {Where} where
 * @param {string} key
 */
export function stored(where, key) {
  try {
    return globalThis[where].getItem(key); // naming it throws where it is switched off
  } catch {
    return null;
  }
}

/**
 * Keeps a text under a key; whether the browser did.
 * @param {Where} where
 * @param {string} key
 * @param {string} text
 */
export function store(where, key, text) {
  try {
    globalThis[where].setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
