// How long both runs of a pair will take.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
document.createElement = () => /** @type {any} */ ({ classList: { add() {} }, setAttribute() {}, append() {} });
const { Takes } = await import("../../../assets/js/twins/takes.js");

const plan = (/** @type {number} */ steps) => ({ method: "byol", wrong: "part:ema", steps });

test("of a plan it is asked once, when it has rested, and only the newest answer is told", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const takes = new Takes((question) => asked.push(question));
  for (const steps of [3, 30, 300, 300]) takes.plan(plan(steps));
  context.mock.timers.tick(1000);
  assert.deepEqual(asked, [{ asked: 3, ...plan(300) }]);
  takes.answered({ weighed: 2, takes: "About 1 s." });
  assert.equal(takes.box.textContent, "");
  takes.answered({ weighed: 3, takes: "About 1 min." });
  assert.equal(takes.box.textContent, "About 1 min.");
  takes.plan(null); // nothing is chosen any more
  takes.answered({ weighed: 3, takes: "About 1 min." });
  assert.equal(takes.box.textContent, "");
});
