// Whether the form of a new run is open. It closes once a training was started by it.

import { view } from "../core/view.js";

const START_MS = 20_000; // a run that begins later was started by something else

class Drawer {
  constructor() {
    this.open = new URLSearchParams(view.sent).get("tab") === "train"; // as links to the form of former versions say
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
    document.body.dataset.drawer = this.open ? "open" : "closed";
  }
}

export const drawer = new Drawer();
