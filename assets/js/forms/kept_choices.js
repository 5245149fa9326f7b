// What a visitor chose outlives a reload of the page, which Gradio orders by itself when it has lost the server. The browser keeps it
// for this tab alone, and paths of data for its other tabs and for later too. What is written into settings: kept_form.js.

import { store, stored } from "../core/storage.js";

/** @import { Where } from "../core/storage.js" */

const DATA = "data";
const keyOf = (/** @type {string} */ name) => `hearsight:${name}`;

/** @type {(where: Where, name: string, value: unknown) => unknown} */
const write = (where, name, value) => store(where, keyOf(name), JSON.stringify(value ?? null));

/** @type {(where: Where, name: string) => any} */
function read(where, name) {
  try {
    return JSON.parse(stored(where, keyOf(name)) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string[]} names
 * @param {unknown[]} values
 */
export function keep(names, ...values) {
  for (const [i, name] of names.entries()) write("sessionStorage", name, values[i]);
}

/**
 * What was kept in place of the first values; the others pass, and so does one that was never kept, but with `orNone`.
 * @param {string[]} names of the first values
 * @param {boolean} orNone
 * @param {unknown[]} values
 */
function before(names, orNone, values) {
  return values.map((value, i) =>
    i < names.length ? (read("sessionStorage", names[i]) ?? (orNone ? null : value)) : value,
  );
}

/**
 * The same as Gradio wants it: one value is no list.
 * @param {string[]} names
 * @param {unknown[]} values
 */
export function kept(names, ...values) {
  const all = before(names, false, values);
  return all.length === 1 ? all[0] : all;
}

/**
 * The same; the last value is in any case the paths that were chosen before, as JSON.
 * @param {string[]} names
 * @param {boolean} orNone
 * @param {unknown[]} values
 */
export function typedBefore(names, orNone, ...values) {
  return [...before(names, orNone, values).slice(0, -1), stored("localStorage", keyOf(DATA)) ?? "[]"];
}

/**
 * Keeps what is chosen as data, and a path among the newest ones.
 * @param {string} name of the field
 * @param {number} most paths that are kept
 * @param {unknown} chosen
 */
export function keepData(name, most, chosen) {
  write("sessionStorage", name, chosen);
  if (typeof chosen !== "string" || !/[\\/]/.test(chosen)) return;
  const known = read("localStorage", DATA);
  const others = Array.isArray(known) ? known.filter((other) => other !== chosen) : [];
  write("localStorage", DATA, [chosen, ...others].slice(0, most));
}

/**
 * Keeps what is chosen as data; with it, whether the field was only passed through, unchanged.
 * @param {string} name of the field, which is its id
 * @param {number} most
 * @param {string} first what it begins with
 * @param {unknown} chosen
 */
export async function chooseData(name, most, first, chosen) {
  await new Promise((later) => setTimeout(later)); // a field that is left still has the focus while it says so
  const passed = chosen === kept([name], first) && !document.activeElement?.closest(`#${name}`);
  keepData(name, most, chosen);
  return [chosen, passed];
}
