// Loaded with every page: what Gradio's own events need of our modules.

import { readAddress, writeAddress } from "./deep_link.js";
import { isSeen } from "./pulse.js";
import { useSource } from "./source.js";
import { LiveSource } from "./source_live.js";

useSource(new LiveSource());

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
    window.hearsight.tabOpened();
  },
  /** Looks which tab is open: of the first one Gradio tells too, sometimes after another was opened. */
  tabOpened: () => {
    const open = [...document.querySelectorAll("[role=tabpanel][id^=tab-]")].find(isSeen);
    if (!open) return;
    document.body.dataset.tab = open.id.slice("tab-".length);
    if (arrived) writeAddress({ tab: document.body.dataset.tab });
    document.dispatchEvent(new CustomEvent("hearsight:tab"));
  },
  chooseMethod: (method) => writeAddress({ method: method || null }),
  chooseRun: (run) => writeAddress({ run: run || null }),
};
