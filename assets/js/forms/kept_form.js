// What was written into a form is kept by the browser for this tab, since Gradio loads the page anew when it had lost the server.

import { store, stored } from "../core/storage.js";

/** @import { Scalar, Setting } from "../core/types.d.ts" */
/** @typedef {{setting: Setting, value: Scalar}} Written what was written, and into what */

export class KeptForm {
  /** @param {HTMLElement} root of the form */
  constructor(root) {
    this.key = `hearsight:form ${root.closest("[id]:not([id^=html-])")?.id}`; // Gradio's own id is another each time
  }

  /**
   * By "group setting"; nothing where the browser keeps nothing.
   * @returns {Record<string, Written>}
   */
  read() {
    try {
      return JSON.parse(stored("sessionStorage", this.key) ?? "{}");
    } catch {
      return {};
    }
  }

  /** @param {Record<string, Written>} written */
  write(written) {
    store("sessionStorage", this.key, JSON.stringify(written));
  }
}
