import assert from "node:assert/strict";
import { before, mock, test } from "node:test";

let pages = 0;

/** @type {(() => void)[]} */
const frames = [];
globalThis.requestAnimationFrame = (call) => frames.push(call);

before(() => mock.timers.enable({ apis: ["setTimeout"] }));

async function pass(ms) {
  for (let i = 0; i < 5; i++) await null;
  for (const draw of frames.splice(0)) draw();
  mock.timers.tick(ms);
  for (let i = 0; i < 5; i++) await null;
}

/** Each test has a page of its own. */
async function opened() {
  const page = await import(`../../../assets/js/core/first.js?${pages++}`);
  const state = { settled: false };
  page.drawn.then(() => {
    state.settled = true;
  });
  return { page, state };
}

test("what comes first is waited for, and what it brings along", async () => {
  const { page, state } = await opened();
  const ends = [];
  const coming = () => page.first(new Promise((settle) => ends.push(settle)));
  coming();
  coming();
  ends[0]();
  await pass(500);
  assert.equal(state.settled, false);
  ends[1]();
  await pass(50);
  coming(); // the pictures of a list that has come into view
  await pass(500);
  assert.equal(state.settled, false);
  ends[2]();
  await pass(200);
  assert.equal(state.settled, true);
});

test("a screen that is drawn slowly is waited for, as what it shows may ask for more", async () => {
  const { page, state } = await opened();
  page.first(Promise.resolve());
  for (let i = 0; i < 5; i++) await null;
  mock.timers.tick(1000); // without a picture of the screen
  page.first(new Promise(() => {}));
  await pass(500);
  assert.equal(state.settled, false);
});

test("what fails is not waited for, and fails all the same", async () => {
  const { page, state } = await opened();
  await assert.rejects(page.first(Promise.reject(new Error("no map"))), /no map/);
  await pass(200);
  assert.equal(state.settled, true);
});

test("where the visitor looks at something else, nothing is waited for", async () => {
  const { page, state } = await opened();
  page.first(new Promise(() => {}));
  page.nothingFirst();
  await pass(0);
  assert.equal(state.settled, true);
});

test("it is waited for some seconds at most", async () => {
  const { page, state } = await opened();
  page.first(new Promise(() => {}));
  await pass(4000);
  assert.equal(state.settled, false);
  await pass(2000);
  assert.equal(state.settled, true);
});
