// What is said of the layout that is shown: which kind it is, how far it can be trusted, and what its distances mean.

import { make } from "../core/elements.js";
import { MOST_STRETCH } from "./camera.js";

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
    this.note = make("p.map-note");
    this.clear();
  }

  clear() {
    for (const element of [this.badge, this.trust, this.note]) element.textContent = "";
    this.badge.hidden = true;
  }

  /**
   * @param {Layout} layout
   * @param {number | null | undefined} trust
   * @param {string} [after] a sentence behind what the distances mean
   */
  tell({ kind, z }, trust, after = "") {
    const { name, title, meaning } = KINDS[kind];
    this.badge.hidden = false;
    this.badge.textContent = z ? `${name} in space` : name;
    this.badge.title = title;
    this.trust.textContent = typeof trust === "number" ? `trust ${trust.toFixed(2)}` : "";
    this.note.textContent = [
      z ? meaning.replace("the two directions", "the three directions") : meaning,
      z ? TURNED : FITTED,
      RINGS,
      after,
    ]
      .filter(Boolean)
      .join(" ");
  }
}
