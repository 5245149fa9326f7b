// What is known of each facet: kNN and linear probe through training, beside what needs no training.

import { BASELINES } from "../core/baselines.js";
import { make } from "../core/elements.js";
import { counted } from "../core/number_words.js";
import { linesChart, share } from "./lines.js";

/** @import { Knowledge, KnownFacet } from "../core/types.d.ts" */

const { chance: CHANCE, ...UNTRAINED } = { ...BASELINES, random_init: "random weights" }; // shorter
const NONE = { knn: null, probe: null };

/** @param {NonNullable<Knowledge["facets"]>} part */
export function facetsShown({ facets, note, clips, step }) {
  const head = ["label", "kNN", "probe", "through training", ...Object.values(UNTRAINED), CHANCE];
  const table = make(
    "table.known-facets",
    {},
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...facets.map(row)),
  );
  const words =
    `Share of ${clips.toLocaleString("en")} clips whose label is found from clips of other sources, at step ` +
    `${step.toLocaleString("en")}. Baselines: kNN / linear probe.`;
  return [
    make("p.known-words", {}, words),
    ...(facets.length ? [make("div.known-wide", {}, table), key()] : []),
    note ? make("p.known-note", {}, note) : null,
  ];
}

/** @param {KnownFacet} facet */
function row(facet) {
  const last = Math.max(1, ...facet.knn.steps, ...facet.probe.steps);
  const x = (/** @type {number[]} */ steps) => steps.map((step) => step / last);
  const [knn, probe] = [facet.knn.values.at(-1), facet.probe.values.at(-1)];
  const chart = linesChart({
    lines: [
      { look: "knn", x: x(facet.knn.steps), y: facet.knn.values },
      { look: "probe", x: x(facet.probe.steps), y: facet.probe.values, dots: true },
    ],
    levels: [
      { look: "random", value: (facet.baselines.random_init ?? NONE).knn },
      { look: "chance", value: facet.chance },
    ],
    label: `${facet.facet} from step 0 to ${last}: kNN ends at ${share(knn)}, the probe at ${share(probe)}`,
  });
  const name = make(
    "th",
    { scope: "row" },
    make("span", {}, facet.facet),
    make("small", {}, `${counted(facet.labels, "label")}${facet.group ? ", across recordings" : ""}`),
  );
  const plain = Object.keys(UNTRAINED).map((baseline) => facet.baselines[baseline] ?? NONE);
  return make(
    "tr",
    {},
    name,
    make("td.knn", {}, share(knn)),
    make("td.probe", {}, share(probe)),
    make("td.known-chart", {}, chart),
    ...plain.map((one) => make("td", {}, `${share(one.knn)} / ${share(one.probe)}`)),
    make("td", {}, share(facet.chance)),
  );
}

const key = () =>
  make(
    "p.known-key",
    {},
    make("span.knn", {}, "kNN"),
    make("span.probe", {}, "linear probe"),
    make("span.random", {}, "kNN of random weights"),
    make("span.chance", {}, "chance"),
  );
