// "What moved most": selects the clips whose true neighbours changed most between two snapshots, and shows their ways.

import { make } from "../core/elements.js";
import { source } from "../core/source.js";
import { view } from "../core/view.js";

const COUNT = 20;

/** @import { MapView } from "./map.js" */

export class MovedMost {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    this.select = make("select", {
      "aria-label": "What moved most",
      title: `Selects the ${COUNT} clips whose nearest clips changed most, by the whole embeddings and not by the flat map`,
      onchange: () => this.find(this.select.value),
    });
    const option = (/** @type {string} */ value, /** @type {string} */ words) => make("option", { value }, words);
    this.first = option("first", "since the first snapshot");
    this.since = option("shown", "since this snapshot");
    this.select.append(option("", "What moved most …"), this.first, this.since);
    this.said = make("span.map-moved", { role: "status" });
    this.box = make("span.map-moved-box", {}, this.select, this.said);
    view.on(["selection", "runs"], () => (this.said.textContent = ""));
  }

  /** Offers what can be compared. */
  offer() {
    const { steps, step } = this.map.timeline;
    this.select.disabled = steps.length < 2;
    this.first.disabled = step === steps[0];
    this.since.disabled = step === steps[steps.length - 1];
  }

  /** @param {string} since */
  async find(since) {
    this.select.value = "";
    const { run, timeline, trails } = this.map;
    const { steps, step } = timeline;
    const [before, after] = since === "first" ? [steps[0], step] : [step, steps[steps.length - 1]];
    if (run === null || before === undefined || before === after) return;
    this.said.textContent = "Comparing …";
    const found = await source.moved(run, before, after, COUNT).catch((/** @type {Error} */ error) => error);
    if (run !== this.map.run) return;
    if (found instanceof Error) {
      this.said.textContent = found.message;
      return;
    }
    const most = found.moved.filter(({ changed }) => changed > 0);
    trails.on.checked = true;
    view.set({ selection: most.map(({ clip }) => clip) });
    if (since === "shown") timeline.choose(steps.length - 1);
    trails.ask();
    const of = `of ${found.judged.toLocaleString("en")} clips, from step ${before.toLocaleString("en")} to ${after.toLocaleString("en")}`;
    this.said.textContent = most.length
      ? `${most.length} ${of}: ${range(most.map(({ changed }) => changed))} of their 10 nearest are others.`
      : `None ${of}: all have the same 10 nearest.`;
  }
}

/** @param {number[]} distances largest first */
function range(distances) {
  const [most, least] = [distances[0], distances[distances.length - 1]].map(percent);
  return most === least ? most : `${least} to ${most}`;
}

/** The share of k nearest that are others, of a Jaccard distance. @param {number} distance */
const percent = (distance) => `${Math.round((100 * distance) / (2 - distance))} %`;
