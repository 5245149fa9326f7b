// The first Tab stop: past the form of a new run and all that is told of the run, to the map. Seen while it has the focus.

import { make } from "./elements.js";

const link = make("a.skip-link", { href: "#map" }, "Skip to the map");
link.addEventListener("click", (event) => {
  event.preventDefault(); // what the address says stays
  /** @type {HTMLElement | null} */ (document.querySelector("#map .map-stage"))?.focus();
});
document.body.prepend(link);
