import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

let feedOf, useSource;
const turn = () => new Promise((settle) => setTimeout(settle, 5));
const element = { isConnected: true, offsetParent: {} };

before(async () => {
  pretendPage();
  ({ feedOf } = await import("../../../assets/js/core/feed.js"));
  ({ useSource } = await import("../../../assets/js/core/source.js"));
});

/** A source whose answers come when the test lets them. */
function source() {
  const asked = [];
  const news = (_, parts) => new Promise((settle) => asked.push({ parts: [...parts], settle }));
  const held = { schema: null };
  const schema = () => new Promise((settle) => Object.assign(held, { schema: settle }));
  useSource({ news, schema, baselines: async () => ({ knn: 0.5 }) });
  return { asked, held };
}

const layouts = { version: 1, steps: [0], kinds: {}, trust: {}, snapshots: 1 };
const metrics = { cursor: "1", rows: [{ step: 0, "train/loss": 1 }] };

test("all who begin to follow in one moment are answered by one request, before the clock comes round", async () => {
  const { asked } = source();
  const feed = feedOf("one");
  feed.follow("metrics", element, () => {});
  feed.follow("layouts", element, () => {});
  await turn();
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0].parts.toSorted(), ["layouts", "metrics", "status"]);
});

test("maps are told of before what the curves are compared with is there", async () => {
  const { asked, held } = source();
  const feed = feedOf("two");
  const told = [];
  feed.follow("metrics", element, (_, { fresh }) => fresh || told.push("metrics"));
  feed.follow("layouts", element, (_, { fresh }) => fresh || told.push("layouts"));
  await turn();
  asked[0].settle({ status: { state: "finished" }, metrics, layouts });
  await turn();
  assert.deepEqual(told, ["layouts"]);
  held.schema({ curves: [] });
  await turn();
  assert.deepEqual(told, ["layouts", "metrics"]);
});

test("what was asked for ahead is told at once to who follows then", async () => {
  const { asked, held } = source();
  const feed = feedOf("three");
  feed.read(["status", "metrics", "layouts"]);
  await turn();
  asked[0].settle({ status: { state: "finished" }, metrics, layouts });
  await turn();
  held.schema({ curves: [] });
  await turn();
  const told = [];
  feed.follow("layouts", element, (feed) => told.push(feed.layouts.steps));
  assert.deepEqual(told, [[0]]);
  assert.equal(asked.length, 1);
});

test("rows that are on their way are not asked for twice", async () => {
  const { asked } = source();
  const feed = feedOf("four");
  feed.follow("metrics", element, () => {});
  await turn();
  feed.read();
  feed.rested.metrics = -Infinity;
  feed.read();
  await turn();
  assert.equal(asked.length, 1);
});

test("a server at which many look is asked less often", async (context) => {
  const { asked, held } = source();
  let now = 1_000_000;
  context.mock.method(performance, "now", () => now);
  const feed = feedOf("crowded");
  feed.follow("metrics", element, () => {});
  await turn();
  asked[0].settle({ status: { state: "training" }, metrics, again_ms: 2500 });
  await turn();
  held.schema({ curves: [] });
  await turn();
  feed.stopAsking(); // the page's own clock
  now += 2000;
  await Promise.race([feed.read(), turn()]);
  assert.equal(asked.length, 1);
  now += 500;
  feed.read();
  await turn();
  assert.equal(asked.length, 2);
});

test("a run that is gone is told from one that never was", async () => {
  const { asked } = source();
  const refuse = () => Promise.reject(Object.assign(new Error("There is no such run."), { status: 404 }));
  const feed = feedOf("gone");
  feed.stopAsking();
  const reading = feed.read(["status"]);
  await turn();
  asked[0].settle({ status: { state: "finished" } });
  await reading;
  useSource({ news: refuse });
  await feed.read(["status"]);
  assert.match(feed.trouble, /no longer here/);
  assert.equal(feed.missing, false);
  const never = feedOf("never");
  never.stopAsking();
  await never.read(["status"]);
  assert.equal(never.trouble, "There is no such run.");
  assert.equal(never.missing, true);
});

test("after a resume it is asked anew what the run holds, and its rows go on from there", async () => {
  const answers = [
    { metrics: { cursor: "1", rows: [{ step: 0 }, { step: 5 }] } },
    { metrics: { cursor: "2", rows: [{ resumed_from: 0 }, { step: 1 }] } },
  ];
  let schemas = 0;
  useSource({
    news: async () => ({ status: { state: "training" }, ...answers.shift() }),
    schema: async () => ({ curves: [++schemas] }),
    baselines: async () => ({ knn: 0.5 }),
  });
  const feed = feedOf("resumed");
  feed.stopAsking();
  await feed.read(["metrics"]);
  await feed.read(["metrics"]);
  assert.deepEqual(
    feed.rows.map(({ step }) => step),
    [0, 1],
  );
  assert.deepEqual(feed.schema, { curves: [2] });
});

test("what a run left at its end is asked for at once", async () => {
  const states = ["training", "finished"];
  useSource({ news: async () => ({ status: { state: states.shift() } }) });
  const feed = feedOf("ended");
  feed.stopAsking();
  feed.listeners.metrics.add({ element, listener: () => {} });
  assert.equal(feed.due("metrics"), true);
  await feed.read(["status"]);
  assert.equal(feed.due("metrics"), false, "it was asked just now");
  await feed.read(["status"]);
  assert.equal(feed.due("metrics"), true);
});
