// How all charts are drawn: smoothed or not, against steps or against the seconds trained.

import { make } from "../core/elements.js";

/** @param {{smooth: boolean, against: string, rebuild: () => void}} board */
export function tools(board) {
  const smooth = make("input", {
    type: "checkbox",
    onchange: () => {
      board.smooth = smooth.checked;
      board.rebuild();
    },
  });
  const against = make(
    "select",
    {
      onchange: () => {
        board.against = against.value;
        board.rebuild();
      },
    },
    make("option", { value: "step" }, "steps"),
    make("option", { value: "seconds" }, "seconds trained"),
  );
  return make(
    "div.charts-tools",
    {},
    make("label.check", {}, smooth, "Smooth the curves"),
    make("label.pick", {}, "Against", against),
  );
}
