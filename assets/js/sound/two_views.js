// Beside the chosen clip: the two views that the run that is looked at makes of it, by its own settings; one where its method hears one.

import { make, onShown } from "../core/elements.js";
import { feedOf } from "../core/feed.js";
import { drawn } from "../core/first.js";
import { isSeen } from "../core/pulse.js";
import { view } from "../core/view.js";
import { PairView } from "./pair.js";

const EMPTY = "Choose a clip: the two views that this run makes of it are shown here.";
const TITLES = { one: "One view of it", two: "Two views of it" };
const FOR_WHAT = {
  one: "A copy of the clip, changed at random as in training: what the method learns from is heard in it.",
  two: "Copies of the clip, changed at random as in training. A method that compares views learns that both are one sound, and so to ignore what the changes vary.",
};
const SEEDS = 1e6;

/** The component. @param {HTMLElement} root */
export function mount(root) {
  let seed = 0;
  const again = make("button.plain", { type: "button", onclick: draw }, "Draw again");
  const title = make("h2.head-title", {}, TITLES.two);
  const told = make("p.two-views-told", {}, FOR_WHAT.two);
  root.append(make("div.two-views-head", {}, title, again), told);
  const pair = new PairView(root, {
    empty: EMPTY,
    plain: true,
    onViews: (count) => {
      title.textContent = TITLES[count === 1 ? "one" : "two"];
      told.textContent = FOR_WHAT[count === 1 ? "one" : "two"];
    },
  });
  const update = () => {
    const { clip } = view.state;
    again.hidden = clip === null || !view.run;
    if (!isSeen(root)) return;
    const asked = new URLSearchParams({ run: view.run ?? "", clip: `${clip}`, seed: `${seed}` });
    pair.show(again.hidden ? null : asked.toString(), view.run);
  };
  function draw() {
    seed = Math.floor(Math.random() * SEEDS);
    update();
  }
  let stop = () => {};
  const follow = () => {
    stop();
    root.hidden = false;
    if (!view.run) return;
    stop = feedOf(view.run).follow("status", root, ({ status }) => {
      root.hidden = Boolean(status?.watched); // nobody here knows how such a run makes its views
    });
  };
  view.on(["runs"], follow);
  follow();
  drawn.then(() => {
    view.on(["runs", "clip"], update);
    onShown(root, update);
    update();
  });
}
