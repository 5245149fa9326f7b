// Whether the form of a new run is open. It closes once a training was started by it.

import { store, stored } from "../core/storage.js";
import { view } from "../core/view.js";

const START_MS = 60_000; // a run that begins later was started by something else

const KEY = "hearsight:drawer"; // for this tab of the browser

class Drawer {
  constructor() {
    const before = stored("sessionStorage", KEY);
    // As links to the form of former versions say, or as it was before the page was loaded anew.
    this.open = new URLSearchParams(view.sent).get("tab") === "train" || before === "open";
    this.untouched = before === null;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.pressed = -Infinity;
    view.on(["runs"], () => {
      if (performance.now() - this.pressed < START_MS) this.begun();
    });
    this.dress();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** Open it for somebody who has no run yet, but who did not close it before. */
  propose() {
    if (this.untouched) this.set(true);
  }

  toggle() {
    this.set(!this.open);
  }

  /** @param {boolean} open */
  set(open) {
    this.open = open;
    this.dress();
    for (const listener of this.listeners) listener();
  }

  /** A start was asked for: the drawer closes if another run is looked at soon. */
  leaveSoon() {
    this.pressed = performance.now();
  }

  begun() {
    this.pressed = -Infinity;
    this.set(false);
  }

  dress() {
    const words = this.open ? "open" : "closed";
    document.body.dataset.drawer = words;
    store("sessionStorage", KEY, words);
  }
}

export const drawer = new Drawer();
