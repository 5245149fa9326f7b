// A double click on the button starts one training, not two alike.
// A training that is asked for before its form is filled begins once it is: the form needs torch, which takes a server that
// has just started seconds, and it waits until the page has drawn what comes first. A form that stays empty has no server.

import { targetOf } from "../core/elements.js";
import { nothingFirst } from "../core/first.js";
import { hold, newRun, onNewRun } from "./new_run.js";

const LONGEST_MS = 60_000; // a slow machine imports torch in less

/** @type {ReturnType<typeof setTimeout> | undefined} */
let limit;

document.addEventListener(
  "click",
  (event) => {
    if (!targetOf(event).closest("#start")) return;
    if (event.detail > 1) return event.stopImmediatePropagation();
    if (newRun.method) return;
    event.stopImmediatePropagation(); // Gradio would send an empty form
    if (newRun.start === "awaited") return;
    hold({ start: "awaited" });
    limit = setTimeout(() => hold({ start: "given up" }), LONGEST_MS);
    nothingFirst(); // the form need not wait for the map any longer
  },
  true,
);

onNewRun(({ method, start }) => {
  if (!method || !start) return;
  clearTimeout(limit);
  hold({ start: "" });
  if (start === "awaited") setTimeout(() => document.getElementById("start")?.click()); // once Gradio holds what the form holds
});
