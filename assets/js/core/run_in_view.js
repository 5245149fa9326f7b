// Tells the server of another run only once somebody looks at the tab that shows it: every event costs the browser work.

import { isSeen } from "./pulse.js";

/** @import { Part, RunValue } from "./types.d.ts" */

/**
 * The component: sends `seen` with {run}.
 * @param {HTMLElement} root
 * @param {Part<RunValue>} part
 */
export function mount(root, { props, trigger, watch }) {
  /** @type {string | null | undefined} */
  let told;
  const look = () => {
    if (!props.value || !isSeen(root)) return; // before the page has chosen its first run there is nothing to tell
    const { run } = props.value;
    if (run === told) return;
    told = run;
    trigger("seen", { run });
  };
  watch("value", look);
  document.addEventListener("hearsight:tab", look);
  look();
}
