// Tells the server of another run only once somebody looks at the tab that shows it: every event costs the browser work.

import { isSeen } from "./pulse.js";

/** The component: value {run}; sends `seen` with {run}. */
export function mount(root, { props, trigger, watch }) {
  let told;
  const look = () => {
    const run = props.value?.run ?? null;
    if (run === told || !isSeen(root)) return;
    told = run;
    trigger("seen", { run });
  };
  watch("value", look);
  document.addEventListener("hearsight:tab", look);
  look();
}
