// A training that is asked for before its form is filled begins once it is: the form needs torch, which takes a server that
// has just started seconds, and it waits until the page has drawn what comes first.

import { targetOf } from "../core/elements.js";
import { nothingFirst } from "../core/first.js";
import { hold, newRun, onNewRun } from "./new_run.js";

document.addEventListener(
  "click",
  (event) => {
    if (newRun.method || !targetOf(event).closest("#start")) return;
    event.stopImmediatePropagation(); // Gradio would send an empty form
    hold({ awaited: true });
    nothingFirst(); // the form need not wait for the map any longer
  },
  true,
);

onNewRun(({ method, awaited }) => {
  if (!method || !awaited) return;
  hold({ awaited: false });
  setTimeout(() => document.getElementById("start")?.click()); // once Gradio holds what the form holds
});
