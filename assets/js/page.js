// Loaded with every page: what Gradio's own events need of our modules.

import { readAddress, writeAddress } from "./deep_link.js";

// Until the address that the visitor came by has been read, opening a tab must not overwrite it.
let arrived = false;

window.hearsight = {
  arrive: () => {
    arrived = true;
    document.body.dataset.tab ??= readAddress().tab ?? "listen";
  },
  openTab: (tab) => {
    document.body.dataset.tab = tab;
    if (arrived) writeAddress({ tab });
  },
  chooseRun: (run) => writeAddress({ run: run || null }),
};
