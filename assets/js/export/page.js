// The page of an exported run: the same parts as the server's page, reading files. Loaded by the index.html of an export.

import { mount as mountCharts } from "../charts/charts.js";
import { make } from "../core/elements.js";
import { useSource } from "../core/source.js";
import { StaticSource } from "../core/source_static.js";
import { view } from "../core/view.js";
import { mount as mountState } from "../forms/run_state.js";
import { mount as mountStanding } from "../forms/standing.js";
import { mount as mountKnowledge } from "../knowledge/fold.js";
import { mount as mountLens } from "../lens/lens.js";
import { mount as mountMeasured } from "../lens/measured.js";
import { mount as mountMap } from "../map/map.js";
import { mount as mountSelection } from "../selection/panel.js";
import { spectrogram } from "../sound/spectrogram.js";
import { mount as mountSuspects } from "../suspects/list.js";
import { methodCard, settingsTable } from "./method_card.js";

/** @import { ExportedRun } from "../core/types.d.ts" */

const SAMPLE_RATE = 16_000;
const troubles = make("ul.export-troubles", { role: "alert", hidden: true });
const source = new StaticSource({
  root: new URL("data/", document.baseURI).href,
  decode,
  draw: spectrogram,
  onTrouble: tell,
});

/** The samples of a sound file at 16 kHz, mono. @param {ArrayBuffer} bytes */
async function decode(bytes) {
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
  return sound.getChannelData(0);
}

/** What is wrong with the export, each once. @param {string} sentence */
function tell(sentence) {
  if ([...troubles.children].some((line) => line.textContent === sentence)) return;
  troubles.append(make("li", {}, sentence));
  troubles.hidden = false;
}

const MOUNTED = { trigger: () => {}, watch: () => {} };

/**
 * @param {string} title
 * @param {string} id
 * @param {HTMLElement[]} content
 */
const section = (title, id, ...content) => make("section", { id }, make("h2", {}, title), ...content);

/** @param {ExportedRun} run */
function show(run) {
  const part = (/** @type {string} */ kind, /** @type {any} */ mount, props = {}) => {
    const element = make(`div.part.${kind}`);
    queueMicrotask(() => mount(element, { props, ...MOUNTED })); // once it stands on the page
    return element;
  };
  return [
    part("part-state", mountState),
    part("part-standing", mountStanding),
    section("Map", "map", part("part-map", mountMap, { panel: true })),
    part("part-selection", mountSelection),
    part("part-suspects", mountSuspects),
    section("Curves", "charts", part("part-charts", mountCharts), part("part-measured", mountMeasured)),
    make(
      "div.export-beside",
      {},
      section("What the loss sees", "lens", part("part-lens", mountLens)),
      section("The method", "method", methodCard(source.method()), settingsTable(run.settings)),
    ),
    section("What it knows", "knowledge", part("part-knowledge", mountKnowledge)),
  ];
}

/** The browser's choice of light or dark; `?__theme=` in the address goes before it. */
function dress() {
  const asked = new URLSearchParams(location.search).get("__theme");
  const screen = matchMedia("(prefers-color-scheme: dark)");
  const take = () => document.body.classList.toggle("dark", asked ? asked === "dark" : screen.matches);
  screen.addEventListener("change", take);
  take();
}

async function open() {
  dress();
  useSource(source);
  const title = make("h1", {}, "Hearsight");
  const icon = make("img", { src: new URL("../../icon.svg", import.meta.url).href, alt: "" });
  const words = make("p", {}, "A recorded training: see the clips move as the model learns, and hear them.");
  const head = make("header.brand", {}, icon, make("div", {}, title, words));
  document.body.replaceChildren(make("main", {}, head, troubles));
  try {
    const run = await source.about();
    title.textContent = run.title;
    view.set({ runs: [run.name] }, { replace: true });
    document.querySelector("main")?.append(...show(run));
  } catch {} // what is wrong was told
}

open();
