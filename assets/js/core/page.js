// Loaded with every page that the server gives: where it reads from, and its tabs, which are Gradio's, as part of the view.

import { drawer } from "../forms/drawer.js";
import "../forms/early_start.js";
import { hold } from "../forms/new_run.js";
import { known } from "../runs/known.js";
import { targetOf } from "./elements.js";
import { feedOf } from "./feed.js";
import { drawn, nothingFirst } from "./first.js";
import { isSeen } from "./pulse.js";
import { useSource } from "./source.js";
import { LiveSource } from "./source_live.js";
import "./drops.js";
import "./microphone.js";
import "./option_lists.js";
import "./readable_sound.js";
import "./skip_link.js";
import "./tab_keys.js";
import "./toasts.js";
import "./typed_over.js";
import { view } from "./view.js";

const source = new LiveSource();
useSource(source);

// Gradio begins with its first tab. Until the one that the address names is open, however long that takes, a tab that Gradio
// tells of is nothing that the visitor has opened; and for a while none is seen, so that nothing jumps.
const UNSEEN_MS = 4000;
const root = document.documentElement;
const asked = () => view.state.tab ?? view.tabs[0];
document.body.dataset.tab = asked(); // styles are those of this tab before Gradio opens it, so that nothing moves then
let arrived = false;
if (asked() !== view.tabs[0]) {
  root.classList.add("arriving");
  nothingFirst();
}
setTimeout(reveal, UNSEEN_MS);
/** @type {string | null} */
let clicked = null; // the tab that a visitor opened before Gradio asked which it is to open
document.addEventListener(
  "click",
  (event) => {
    const button = event.isTrusted && targetOf(event).closest("[role=tab]");
    if (!button) return;
    clicked = /^tab-(.+)-button$/.exec(button.id)?.[1] ?? null;
    arrive();
    nothingFirst();
    requestAnimationFrame(tabOpened); // Gradio opens it, but tells of none while its server is away
  },
  true,
);

function reveal() {
  root.classList.remove("arriving");
}

function arrive() {
  arrived = true;
  reveal();
}

const panels = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[role=tabpanel][id^=tab-]")]);
const open = () => panels().find(isSeen)?.id.slice("tab-".length);

// A tab other than the first one that is open before this ran was clicked before it could be heard.
const early = open();
if (early && early !== view.tabs[0]) {
  clicked = early;
  arrive();
  tabOpened();
}

/** Asks for what is drawn first while Gradio still makes the page: the parts find the answers there. */
async function askAhead() {
  const run = view.run ?? (await known.propose());
  if (run === null) return;
  source.ahead(run);
  feedOf(run).read(["status", "metrics", "layouts"]);
}
if (asked() === view.tabs[0]) askAhead();

/** Which tab Gradio is to open when the page was loaded. */
export const askedTab = () => ({ __type__: "update", selected: clicked ?? asked() });

/** Gradio has opened a tab: looks which, as of the first one it tells too, sometimes after another was opened. */
export function tabOpened() {
  const tab = open();
  if (!tab) return;
  document.body.dataset.tab = tab;
  if (!arrived && tab === asked()) arrive();
  if (arrived) view.set({ tab }, { replace: view.state.tab === null });
}

export { chooseData, keep, keepData, kept, typedBefore } from "../forms/kept_choices.js";

/** For what the server needs torch for. */
export const first = () => drawn;

/**
 * A method was chosen in the form of a new run.
 * @param {string} method
 */
export const chooseMethod = (method) => view.set({ method });

/**
 * What is done wrong on purpose, for the line of the form.
 * @param {string | null} wrong
 */
export const holdWrong = (wrong) => hold({ wrong: wrong ?? "" });

/**
 * The table of methods was left with one chosen, perhaps the one it began with, to train it.
 * @param {{chosen?: string} | null} table
 */
export function chooseShown(table) {
  if (table?.chosen) view.set({ method: table.chosen });
  drawer.set(true);
  return table;
}

view.on(["tab"], ({ tab }) => {
  if (tab !== null && tab !== open()) document.getElementById(`tab-${tab}-button`)?.click();
});
