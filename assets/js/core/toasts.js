// Gradio's notices over the page.

/** Takes away what was refused before, so that a second press of the same button doesn't pile the same sentence up. */
export function closeRefusals() {
  for (const close of document.querySelectorAll(".toast-body.error .toast-close")) {
    /** @type {HTMLElement} */ (close).click();
  }
}
