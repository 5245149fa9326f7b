import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { feedOf } = await import("../../../assets/js/core/feed.js");
const { atNextSnapshot } = await import("../../../assets/js/core/next_snapshot.js");
const element = { isConnected: true, offsetParent: {} };

/** The feed of a run with so many snapshots, and what tells of another number. */
function having(run, snapshots) {
  const feed = feedOf(run);
  const tell = (snapshots) => {
    feed.layouts = { snapshots };
    for (const { listener } of feed.listeners.layouts) listener(feed, {});
  };
  feed.stopAsking();
  if (snapshots) tell(snapshots);
  return tell;
}

test("the first snapshot is told of once", () => {
  const tell = having("one", 0);
  let told = 0;
  atNextSnapshot("one", element, () => told++);
  tell(0);
  assert.equal(told, 0);
  tell(1);
  tell(2);
  assert.equal(told, 1);
});

test("snapshots that were there before are none", () => {
  const tell = having("two", 3);
  let told = 0;
  const giveUp = atNextSnapshot("two", element, () => told++);
  tell(3);
  assert.equal(told, 0);
  giveUp();
  tell(4);
  assert.equal(told, 0);
});
