// Tells the server of another run only once somebody looks at the tab that shows it: every event costs the browser work.

import { onShown } from "./elements.js";
import { isSeen } from "./pulse.js";
import { view } from "./view.js";

/** @import { Part, RunValue } from "./types.d.ts" */

/**
 * The component: its value becomes {run}, and it sends `seen`, for each run that is looked at while its tab is open.
 * @param {HTMLElement} root
 * @param {Part<RunValue>} part
 */
export function mount(root, { props, trigger }) {
  /** @type {string | null} */
  let told = null;
  const look = () => {
    const { run } = view;
    if (run === null || run === told || !isSeen(root)) return;
    told = run;
    props.value = { run };
    trigger("seen", {});
  };
  view.on(["runs"], look);
  onShown(root, look);
  look();
}
