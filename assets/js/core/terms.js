// Words of the field, explained where they stand: by pointing, by the keyboard's focus and by a tap, in one bubble.

import { make } from "./elements.js";

/** @type {Record<string, string>} */
export const TERMS = {
  kNN: "k nearest neighbours: the 20 clips that are most alike to the model, from other sources, vote for a clip's label. The number is the share of clips that are named rightly; 1 is all of them.",
  "random initialisation":
    "The same network before any training. It tells some sounds apart by its mere shape: what is learned comes on top.",
  MFCC: "Mel-frequency cepstral coefficients, mean and deviation over time: a classic description of sounds that needs no training. A model that learns should do better.",
  "log-mel":
    "Mean and deviation over time of the mel spectrogram, with a logarithmic loudness: they are compared without any model.",
  chance: "What guessing would score.",
  collapse:
    "The model gives all clips nearly the same vector, or vectors that differ in a few directions only. The loss may look well meanwhile, but nothing can be told apart by them.",
  plateau: "Over the last half of the steps neither the loss nor the neighbours got better.",
  "centred std": "How far the clips' vectors spread around their mean. Near 0, all clips get the same vector.",
  "effective rank": "In how many directions the clips' vectors differ. 1 is a line.",
};
const WORDS = new RegExp(`\\b(${Object.keys(TERMS).join("|")})\\b`, "gi");
const GAP = 6; // pixels between a word and its bubble

/** @type {HTMLElement | null} */
let said = null;
/** @type {HTMLElement | null} */
let anchor = null;

/**
 * A sentence in parts; those that are a term, where it stands first, name it.
 * @param {string} text
 * @returns {{part: string, term?: string}[]}
 */
export function termsIn(text) {
  const met = new Set();
  return text.split(WORDS).map((part, i) => {
    const term = i % 2 ? termOf(part) : undefined;
    if (!term || met.has(term)) return { part };
    met.add(term);
    return { part, term };
  });
}

/**
 * A button that explains a term.
 * @param {string} part
 * @param {string} term
 */
function explainer(part, term) {
  const show = (/** @type {Event} */ event) => tell(/** @type {HTMLElement} */ (event.currentTarget), TERMS[term]);
  return make(
    "button.term",
    {
      type: "button",
      "data-term": term,
      "aria-describedby": "term-said",
      onpointerenter: show,
      onfocus: show,
      onclick: show,
      onpointerleave: (/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && hide(),
      onblur: hide,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && hide(),
    },
    part,
  );
}

/**
 * Puts an explained sentence into an element, where it says another one; a term that has the focus keeps it.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function explain(element, text) {
  if (element.textContent === text) return;
  const focused = element.contains(document.activeElement)
    ? /** @type {HTMLElement} */ (document.activeElement).dataset.term
    : null;
  element.replaceChildren(...termsIn(text).map(({ part, term }) => (term ? explainer(part, term) : part)));
  if (focused) /** @type {HTMLElement | null} */ (element.querySelector(`[data-term="${focused}"]`))?.focus();
  if (anchor && !anchor.isConnected) hide();
}

/** @param {string} word */
const termOf = (word) => Object.keys(TERMS).find((term) => term.toLowerCase() === word.toLowerCase());

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function tell(element, text) {
  anchor = element;
  said ??= make("div.term-said", { id: "term-said", role: "tooltip" });
  said.textContent = text;
  said.hidden = false;
  document.body.append(said);
  const { left, top, bottom } = element.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = said;
  const below = bottom + GAP + height <= window.innerHeight;
  said.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
  said.style.top = `${below ? bottom + GAP : Math.max(8, top - GAP - height)}px`;
  window.addEventListener("scroll", hide, { once: true, capture: true });
}

function hide() {
  anchor = null;
  if (said) said.hidden = true;
}
