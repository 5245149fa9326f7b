// Asking for clips by words. Those that are asked are the view's, and so stand in the address.

import { LONGEST_WORDS } from "../core/address.js";
import { make } from "../core/elements.js";
import { view } from "../core/view.js";

/** @import { PartWith, WordsValue } from "../core/types.d.ts" */

/** As they stand in an address: without what is no letter to be seen. @param {string} typed */
const cleaned = (typed) =>
  typed
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST_WORDS)
    .trim();

/**
 * The component: sends `ask`. Until it is known whether the run reads, and where there is no run, it takes no room.
 * @param {HTMLElement} root
 * @param {PartWith<{}, WordsValue>} part
 */
export function mount(root, { props, trigger, watch }) {
  const id = `${root.parentElement?.id || "words"}-field`;
  const field = make("input", {
    id,
    type: "text",
    placeholder: "such as: a dog barks in the rain",
    autocomplete: "off",
    maxlength: String(LONGEST_WORDS),
  });
  const form = make(
    "form.words-form",
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        ask(cleaned(field.value));
      },
    },
    make("label", { for: id }, "Or describe in words what is heard"),
    make("div.words-row", {}, field, make("button.plain", { type: "submit" }, "Find")),
  );
  const note = make("p.notice-line");
  root.append(form, note);
  let forgetting = false; // because of a sound, which is searched for then

  /** @param {string} words */
  function ask(words) {
    if (words === view.state.words)
      trigger("ask", {}); // once more: there may be newer weights
    else view.set({ words });
  }

  const tell = () => {
    const { words, clip } = view.state;
    field.value = words;
    if (props.value?.words !== words) props.value = { ...props.value, words };
    if (props.value?.reads && !forgetting && (words || clip === null)) trigger("ask", {});
  };

  const update = () => {
    const { reads, note: why = "", words } = props.value ?? {};
    form.hidden = !reads;
    note.hidden = reads !== false || !why;
    note.textContent = why;
    forgetting = true;
    if (words === null && view.state.words) view.set({ words: "" });
    forgetting = false;
    if (words === view.state.words) return;
    props.value = { ...props.value, words: view.state.words };
    if (reads && view.state.words) trigger("ask", {}); // which the server could not know of yet
  };

  watch("value", update);
  view.on(["words"], tell);
  field.value = view.state.words;
  update();
}
