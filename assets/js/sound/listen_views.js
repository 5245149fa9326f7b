// Two views of the sound that Listen shows, by the settings of its form. Its value says what to draw.

import { onShown } from "../core/elements.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";
import { PairView } from "./pair.js";

/** @import { PartWith, Scalar, Sound } from "../core/types.d.ts" */
/** @typedef {Record<string, Scalar>} Settings by name */
/** @typedef {{sound: Sound | null, domain: string, filled: Record<string, Settings>, seed: number | null, data: string | null}} Wanted
 * `filled` is what stands in the form; `data` the set whose clips are mixed in where the sound is of none */

/**
 * What the route of views is asked; null where no sound is chosen, or the form is not that of the domain yet.
 * @param {Wanted | null} wanted
 */
export function queryOf(wanted) {
  const settings = wanted?.filled?.[`${wanted.domain} views`];
  if (!wanted?.sound || !settings) return null;
  const { sound, domain, filled, seed, data } = wanted;
  const query = new URLSearchParams();
  if (sound.upload !== undefined) {
    query.set("upload", sound.upload);
    if (data) query.set("fingerprint", data);
  } else if (sound.views === undefined) {
    query.set("clip", String(sound.index));
    query.set("fingerprint", sound.fingerprint);
  }
  query.set("seed", String(seed ?? ""));
  query.set("domain", domain);
  query.set("views", JSON.stringify(settings));
  if (filled.front_end) query.set("front_end", JSON.stringify(filled.front_end));
  return query.toString();
}

/**
 * The component.
 * @param {HTMLElement} root
 * @param {PartWith<{empty: string}, Wanted>} part
 */
export function mount(root, { props, watch }) {
  const pair = new PairView(root, { empty: props.empty });
  const update = () => {
    if (!isSeen(root)) return;
    const query = queryOf(props.value);
    if (query !== null || !props.value?.sound) pair.show(query, view.run);
  };
  watch("value", update);
  view.on(["runs"], update);
  onShown(root, update);
  update();
}
