// Loaded with every page: what Gradio's own events need of our modules.

import { readAddress, writeAddress } from "./deep_link.js";

// Until the address that the visitor came by has been read, opening a tab must not overwrite it.
let arrived = false;

// The first tab stays unseen while a link to another one is being opened: nothing jumps.
const ARRIVE_MS = 4000;
const root = document.documentElement;
if ((readAddress().tab ?? "listen") !== "listen") root.classList.add("arriving");
setTimeout(() => root.classList.remove("arriving"), ARRIVE_MS);

window.hearsight = {
  arrive: () => {
    arrived = true;
    root.classList.remove("arriving");
    if (document.body.dataset.tab) writeAddress({ tab: document.body.dataset.tab }); // one that was opened meanwhile
    document.body.dataset.tab ??= readAddress().tab ?? "listen";
  },
  openTab: (tab) => {
    document.body.dataset.tab = tab;
    if (arrived) writeAddress({ tab });
  },
  chooseMethod: (method) => writeAddress({ method: method || null }),
  chooseRun: (run) => writeAddress({ run: run || null }),
};
