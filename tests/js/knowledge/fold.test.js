import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
mock.timers.enable({ apis: ["setTimeout"] });
const { KnowledgeView } = await import("../../../assets/js/knowledge/fold.js");

test("a computation is followed at its pace, however often it is told that it goes on", async () => {
  let looks = 0;
  const fold = Object.assign(Object.create(KnowledgeView.prototype), {
    ...{ fold: { open: true }, root: { isConnected: true, offsetParent: {} }, bar: {}, button: {} },
    ...{ status: {}, following: false, stop: () => {} },
    look() {
      looks++;
      this.follow({ fraction: 0.5, text: "Half" }); // as each answer has it
    },
  });
  fold.follow({ fraction: 0, text: "Begun" });
  for (let i = 0; i < 5; i++) {
    mock.timers.tick(600);
    for (let j = 0; j < 30; j++) await null;
  }
  assert.equal(looks, 1); // as hardly a moment has passed
  fold.stop();
});

test("who waits for the first snapshot stops waiting once a computation is followed", () => {
  const stopped = mock.fn();
  const fold = Object.assign(Object.create(KnowledgeView.prototype), {
    ...{ fold: { open: true }, root: { isConnected: true, offsetParent: {} }, bar: {}, button: {} },
    ...{ status: {}, following: false, stop: stopped, look() {} },
  });
  fold.follow({ fraction: 0, text: "Begun" });
  assert.equal(stopped.mock.callCount(), 1);
  fold.stop();
  assert.equal(stopped.mock.callCount(), 1);
});
