// Recordings ranked by how unusual they are: each can be heard, and a button keeps all as a table.

import { make } from "../core/elements.js";
import { save } from "../core/save.js";
import { view } from "../core/view.js";
import { ClipsView } from "./clips.js";

/** @import { PartWith, RankingValue } from "../core/types.d.ts" */

/**
 * The component: what was ranked by a run is shown while that is looked at.
 * @param {HTMLElement} root
 * @param {PartWith<{empty?: string}, RankingValue>} part
 */
export function mount(root, { props, watch }) {
  const shown = () => (props.value?.run === view.run ? props.value : null);
  const keep = () => {
    const ranked = shown();
    if (ranked) save(new Blob([ranked.table], { type: "text/csv" }), ranked.name);
  };
  const told = make("p.notice-line", { role: "status" });
  const button = make("button.plain", { type: "button", onclick: keep }, "Save as CSV");
  root.append(told);
  const list = new ClipsView(root, { empty: props.empty });
  root.append(button);
  const update = () => {
    const ranked = shown();
    told.hidden = button.hidden = !ranked;
    told.textContent = ranked?.text ?? "";
    list.show(ranked?.rows ?? []);
  };
  watch("value", update);
  view.on(["runs"], update);
  update();
}
