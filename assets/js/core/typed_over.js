// A field with a list to choose from holds what is chosen. Whoever goes into it to type means something else: its text is
// selected, so that what is typed takes its place, as the keyboard's Tab does by itself. And who leaves it by Tab leaves its
// list behind closed: Gradio opens the list at any key, at Tab too, which it hears of once the field was left.

/** @type {EventTarget | null} */
let entered = null;

/** @param {EventTarget | null} target */
const field = (target) =>
  target instanceof HTMLInputElement && target.getAttribute("role") === "combobox" ? target : null;

document.addEventListener("focusin", ({ target }) => {
  entered = target;
});

// A press sets the caret after the focus came, so that only the click that ends it can select; unless the visitor selected a part.
document.addEventListener("click", ({ target }) => {
  const input = target === entered ? field(target) : null;
  if (input && input.selectionStart === input.selectionEnd) input.select();
  entered = null;
});

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Tab" && field(event.target)) event.stopPropagation();
  },
  true,
);
