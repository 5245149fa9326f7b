// Recordings ranked by how unusual they are: each can be heard, and a button keeps all as a table.

import { make } from "../core/elements.js";
import { save } from "../core/save.js";
import { ClipsView } from "./clips.js";

/** @import { PartWith, RankingValue } from "../core/types.d.ts" */

/**
 * The component.
 * @param {HTMLElement} root
 * @param {PartWith<{empty?: string}, RankingValue>} part
 */
export function mount(root, { props, watch }) {
  const keep = () => {
    const { table, name } = props.value ?? {};
    if (table && name) save(new Blob([table], { type: "text/csv" }), name);
  };
  const button = make("button.plain", { type: "button", onclick: keep }, "Save as CSV");
  const list = new ClipsView(root, { empty: props.empty });
  root.append(button);
  const update = () => {
    const { rows = [] } = props.value ?? {};
    button.hidden = !rows.length;
    list.show(rows);
  };
  watch("value", update);
  update();
}
