// What is said of the layout that is shown: which kind it is, how far it can be trusted, and what its distances mean.

import { make } from "../core/elements.js";
import { MOST_STRETCH } from "./camera.js";

/** @import { Points } from "../core/types.d.ts" */
/** @import { Layout } from "./layouts.js" */

const RINGS = "Numbered rings show the true nearest clips. Box and lasso select clips.";
const FITTED = `Each map is scaled to fill its frame; one axis is stretched at most ${MOST_STRETCH} times as much as the other.`;
const TURNED = "Dragging turns it; faint points lie farther back.";
const KINDS = {
  umap: {
    name: "UMAP",
    title: "UMAP: keeps neighbours together",
    meaning:
      "UMAP keeps neighbours together: what lies close sounds alike to the model, but the distance between far groups, their sizes and the axes mean nothing.",
  },
  pca: {
    name: "PCA",
    title: "PCA: the two directions of largest spread, shown until UMAP is ready",
    meaning:
      "PCA shows the two directions in which the embeddings spread most; clips that lie close here may be far apart in the others.",
  },
};

export class LayoutWords {
  constructor() {
    this.badge = make("span.badge");
    this.trust = make("span.map-trust", {
      title: "Trustworthiness: how far neighbours on this map are true neighbours; 1 is all of them",
    });
    this.part = make("span.map-part", { title: "The setting “Probe clips” says how many a run holds" });
    this.note = make("p.map-note");
    this.clear();
  }

  clear() {
    for (const element of [this.badge, this.trust, this.part, this.note]) element.textContent = "";
    this.badge.hidden = true;
  }

  /**
   * @param {Layout} layout
   * @param {number | null | undefined} trust
   * @param {Points} [points]
   */
  tell({ kind, z }, trust, points) {
    const { name, title, meaning } = KINDS[kind];
    this.badge.hidden = false;
    this.badge.textContent = z ? `${name} in space` : name;
    this.badge.title = title;
    this.trust.textContent = typeof trust === "number" ? `trust ${trust.toFixed(2)}` : "";
    this.part.textContent = partOf(points);
    this.note.textContent = [
      z ? meaning.replace("the two directions", "the three directions") : meaning,
      z ? TURNED : FITTED,
      RINGS,
      points?.note,
    ]
      .filter(Boolean)
      .join(" ");
  }
}

/**
 * How much of the data the map holds; "" where it holds all of it, or that is not known.
 * @param {Pick<Points, "n" | "data_clips">} [points]
 */
export function partOf({ n, data_clips: whole } = { n: 0 }) {
  if (!whole || whole <= n) return "";
  return `${n.toLocaleString("en")} of the data's ${whole.toLocaleString("en")} clips, evenly drawn`;
}
