// What is in a data set, and a list to open of the files that gave no clip and why. Text only, whatever stands in it.

import { make } from "../core/elements.js";
import { counted, duration } from "../core/number_words.js";
import { hold } from "./new_run.js";

/** @import { DataSummaryValue, FileList, Part } from "../core/types.d.ts" */

/** @type {(n: number) => string} */
const number = (n) => n.toLocaleString("en");

/**
 * "class", "3: rain (20), bell (20), dog (20)"; in brackets, as a label may be a number too
 * @param {DataSummaryValue["facets"][number]} described
 * @param {string | null} group
 */
function facet({ name, labels, examples }, group) {
  const shown = examples.map(([label, n]) => `${label} (${number(n)})`).join(", ");
  const rest = labels > examples.length ? ", …" : "";
  const words = name === group ? `${number(labels)} (where the clips come from)` : `${number(labels)}: ${shown}${rest}`;
  return [make("dt", {}, name), make("dd", {}, words)];
}

/**
 * @param {string} title
 * @param {FileList} files
 */
function list(title, { n, rows }) {
  const items = rows.map(({ file, reason }) => make("li", {}, make("span.file", {}, file), ` ${reason}`));
  if (n > rows.length) items.push(make("li", {}, `and ${number(n - rows.length)} more`));
  return make("details", {}, make("summary", {}, title), make("ul", {}, ...items));
}

/**
 * The component: value as `summary_of` makes it; without one it takes no room.
 * @param {HTMLElement} root
 * @param {Part<DataSummaryValue>} part
 */
export function mount(root, { props, watch }) {
  const update = () => {
    const value = props.value;
    hold({ data: value?.name ?? "" });
    root.hidden = !value?.clips;
    root.replaceChildren();
    if (!value?.clips) return;
    const { name, clips, seconds, heard, facets, group, skipped, warnings } = value;
    root.append(
      make("p.data-line", {}, make("strong", {}, name), ` ${counted(clips, "clip")}, ${duration(seconds)} of sound`),
      heard ? make("p.data-heard", {}, heard) : "",
      make("dl", {}, ...facets.flatMap((each) => facet(each, group))),
    );
    if (skipped.n) root.append(list(`${counted(skipped.n, "file")} skipped`, skipped));
    if (warnings.n) root.append(list(`${counted(warnings.n, "remark")} on files that were taken`, warnings));
  };
  watch("value", update);
  update();
}
