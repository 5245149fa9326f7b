// What the model ignores: one small chart for each augmentation, its strengths as buttons by which they are heard.

import { make } from "../core/elements.js";
import { sameSound } from "../core/source.js";
import { view } from "../core/view.js";
import { onTrouble, play } from "../sound/sound.js";
import { linesChart, share } from "./lines.js";

/** @import { Knowledge, KnownAugmentation, Sound } from "../core/types.d.ts" */

const ZONES = { "too weak": "weak", useful: "useful", "too strong": "strong" };
const SEEDS = 1e6;
const CHOOSE = "The first clip is heard; choose another one on the map.";

/** What was asked for last, and where is said why it can't be heard. @type {{sound: Sound, said: HTMLElement} | null} */
let asked = null;
onTrouble(({ sound, message }) => {
  if (asked && sameSound(sound, asked.sound)) asked.said.textContent = message;
});

/**
 * @param {NonNullable<Knowledge["invariance"]>} part
 * @param {Knowledge} known
 * @param {string} run
 */
export function profileShown(part, known, run) {
  const { augmentations, facet, clips, unchanged, note } = part;
  if (!augmentations.length) return [make("p.known-note", {}, note)];
  const words =
    `Each augmentation alone, on ${clips} clips: how alike the changed clip is to its original, and how often ${facet} is still ` +
    `told by kNN (unchanged: ${share(unchanged.trained)}). Too weak: random weights hardly notice it. Too strong: less than three ` +
    `quarters of ${facet} can be told. Useful: between the two.`;
  const hear = hearing(part, known, run);
  return [
    make("p.known-words", {}, words),
    key(facet),
    make("div.known-grid", {}, ...augmentations.map((one) => figure(one, part, hear))),
    note ? make("p.known-note", {}, note) : null,
  ];
}

/**
 * Plays the clip that is looked at, or the first one, changed by one augmentation; null where nothing can be heard.
 * @param {NonNullable<Knowledge["invariance"]>} part
 * @param {Knowledge} known
 * @param {string} run
 */
function hearing({ augmentations, domain }, { heard, front_end }, run) {
  if (!heard.sounds) return null;
  const crop = augmentations.find(({ name }) => name === "crop_seconds");
  const off = Object.fromEntries(augmentations.map(({ name }) => [name, 0]));
  return (/** @type {KnownAugmentation} */ one, /** @type {number} */ i, /** @type {HTMLElement} */ said) => {
    if (run !== view.run) return;
    const views = { ...off, crop_seconds: crop?.strengths[crop.own] ?? 1, [one.name]: one.strengths[i] };
    const query = new URLSearchParams({
      clip: String(view.state.clip ?? 0),
      fingerprint: heard.fingerprint,
      domain,
      views: JSON.stringify(views),
      front_end: JSON.stringify(front_end),
      seed: String(Math.floor(Math.random() * SEEDS)),
    });
    said.textContent = view.state.clip === null ? CHOOSE : "";
    asked = { sound: { views: query.toString(), which: 0 }, said };
    play(asked.sound);
  };
}

/** "×1.6 or ÷1.6" is too long for a small chart. @param {KnownAugmentation} one */
const shortWords = ({ said, strengths }) => strengths.map((x, i) => (said[i] || String(x)).replace(/ or ÷.*/, ""));

/**
 * @param {KnownAugmentation} one
 * @param {NonNullable<Knowledge["invariance"]>} part
 * @param {ReturnType<typeof hearing>} hear
 */
function figure(one, { facet, chance }, hear) {
  const last = Math.max(1, one.strengths.length - 1);
  const x = one.strengths.map((_, i) => i / last);
  const half = 0.5 / last;
  const zones = one.judged.flatMap((word, i) =>
    word in ZONES
      ? [
          {
            look: `zone ${ZONES[/** @type {keyof typeof ZONES} */ (word)]}`,
            from: Math.max(0, x[i] - half),
            to: Math.min(1, x[i] + half),
          },
        ]
      : [],
  );
  const words = shortWords(one);
  const sentence = (/** @type {number} */ i) =>
    `${words[i]}: similarity ${share(one.similarity.trained[i])} (random weights ${share(one.similarity.untrained[i])}), ` +
    `${facet} told ${share(one.knn.trained[i])}${one.judged[i] ? `: ${one.judged[i]}` : ""}`;
  const off = one.strengths[one.own] === 0;
  const read = make("p.known-read", {}, off ? "switched off in this run" : sentence(one.own));
  const said = make("p.known-said", { role: "status" });
  const chart = linesChart({
    lines: [
      { look: "untrained", x, y: one.similarity.untrained },
      { look: "told", x, y: one.knn.trained },
      { look: "trained", x, y: one.similarity.trained, dots: true },
    ],
    levels: [{ look: "chance", value: chance }],
    zones,
    mark: x[one.own],
    label: `${one.title}: ${one.strengths.map((_, i) => sentence(i)).join("; ")}`,
  });
  const buttons = one.strengths.map((_, i) =>
    make(
      "button.known-strength",
      {
        type: "button",
        "aria-label": `${one.title} ${sentence(i)}${hear ? ". Hear it" : ""}`,
        "data-own": i === one.own,
        onpointerenter: () => read.replaceChildren(sentence(i)),
        onfocus: () => read.replaceChildren(sentence(i)),
        onclick: () => hear?.(one, i, said),
      },
      words[i],
    ),
  );
  const own =
    one.judged[one.own] && !off
      ? make("span.known-judged", { "data-judged": one.judged[one.own] }, one.judged[one.own])
      : null;
  return make(
    "figure.known-figure",
    { title: one.meaning },
    make("figcaption", {}, make("span.known-title", {}, one.title), own),
    chart,
    make("div.known-strengths", { role: "group", "aria-label": `Strengths of ${one.title}` }, ...buttons),
    read,
    said,
  );
}

/** @param {string} facet */
const key = (facet) =>
  make(
    "p.known-key",
    {},
    make("span.trained", {}, "similarity, this run"),
    make("span.untrained", {}, "similarity, random weights"),
    make("span.told", {}, `${facet} told, this run`),
    make("span.own", {}, "strength of this run"),
    make("span.zone.weak", {}, "too weak"),
    make("span.zone.useful", {}, "useful"),
    make("span.zone.strong", {}, "too strong"),
  );
