// The captions of the first minute: what is true of the snapshot that is looked at, and nothing of other runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { view } = await import("../../../assets/js/core/view.js");
const { captionAt, FirstMinute } = await import("../../../assets/js/live/first_minute.js");

const STEPS = [0, 10, 20, 30];

test("the captions are spread over the snapshots, the last for the newest", () => {
  const [first, second, third] = [0, 20, null].map((step) => captionAt(step, STEPS));
  assert.match(first, /^Each point is a sound/);
  assert.match(second, /altered copies/);
  assert.match(third, /colours are labels/);
  assert.equal(captionAt(30, STEPS), third);
  assert.equal(captionAt(9, STEPS), first, "the last one that is no later");
});

test("it goes with the example's snapshots, and away with the example", (context) => {
  context.mock.method(view, "set", (changes) => view.take(Object.freeze({ ...view.state, ...changes })));
  const minute = Object.assign(Object.create(FirstMinute.prototype), { root: {}, words: { textContent: "" } });
  const looked = (changes) => {
    view.set(changes);
    minute.look(STEPS);
    return [minute.root.hidden, minute.words.textContent];
  };
  assert.deepEqual(looked({ runs: ["example"], step: 0 }), [false, captionAt(0, STEPS)]);
  assert.deepEqual(looked({ step: null }), [false, captionAt(null, STEPS)]);
  assert.equal(looked({ runs: ["another"] })[0], true);
  assert.equal(looked({ runs: ["example", "another"] })[0], false);
});
