import assert from "node:assert/strict";
import { before, test } from "node:test";
import { MOST_SELECTED, NOT_INCLUDED, read, TABLE, write } from "../../../assets/js/core/address.js";
import { pretendPage } from "../support.js";

const TABS = ["live", "listen", "find"];
const MANY = Array.from({ length: MOST_SELECTED + 1 }, (_, i) => i);
const STATE = {
  tab: "find",
  runs: ["a b", "ü.2"],
  step: 40,
  follow: false,
  solid: true,
  clip: 7,
  words: "",
  method: "byol",
  selection: [3, 1],
  colour: "label",
  filter: ["rain, light", "bell"],
  between: [-12.5, null],
  query: "",
};

/** As much of a window as the view needs, with a history that can be gone back in. */
function page(search = "") {
  const entries = [{ search, state: null }];
  const made = Object.assign(new EventTarget(), { location: { pathname: "/p/", hash: "", search }, entries });
  const parted = (address) => ({ search: address.includes("?") ? address.slice(address.indexOf("?")) : "" });
  const at = (entry) => {
    const { state, ...where } = entry;
    Object.assign(made.location, where);
    made.history.state = state;
  };
  made.history = {
    state: null,
    pushState: (state, _, address) => at(entries[entries.push({ state, ...parted(address) }) - 1]),
    replaceState: (state, _, address) => at((entries[entries.length - 1] = { state, ...parted(address) })),
    back() {
      entries.pop();
      at(entries.at(-1));
      made.dispatchEvent(new Event("popstate"));
    },
  };
  return made;
}

let View;
before(async () => {
  pretendPage();
  ({ View } = await import("../../../assets/js/core/view.js"));
});

test("a tab of a former version opens the one that its things went to", () => {
  for (const tab of ["train", "map", "live"]) assert.equal(read(`?tab=${tab}`, TABS).tab, "live");
  assert.equal(read("?tab=nowhere", TABS).tab, null);
});

test("what is looked at comes back from the address as it went in", () => {
  assert.deepEqual(Object.keys(STATE), Object.keys(TABLE));
  assert.deepEqual(read(write(STATE, ""), TABS), STATE);
  const night = { ...STATE, between: [22, 4] };
  assert.deepEqual(read(write(night, ""), TABS), night);
});

test("the links of before are understood", () => {
  const { tab, runs, method, clip } = read("?tab=find&run=made-up&method=byol&clip=12", TABS);
  assert.deepEqual([tab, runs, method, clip], ["find", ["made-up"], "byol", 12]);
});

for (const nonsense of [
  "tab=nonsense",
  "run=../../etc",
  "run=..",
  "run=",
  "run=a%2Fb",
  "run=a%5Cb",
  "run=a%00",
  `run=${"a".repeat(201)}`,
  Array.from({ length: 25 }, (_, i) => `run=r${i}`).join("&"),
  "run=a&run=a",
  "clip=-1",
  "clip=1e3",
  "clip=1.5",
  "clip=0x1",
  "clip=9999999999",
  "step=x",
  "words=a%0Ab",
  `words=${"a".repeat(501)}`,
  "words=%20",
  "method=a-b",
  "method=%3Cb%3E",
  "selection=1-x",
  "selection=",
  "selection=1-1",
  "selection=1,2",
  "colour=",
  "colour=a%0Ab",
  "filter=a&filter=a",
  Array.from({ length: 51 }, (_, i) => `filter=${i}`).join("&"),
]) {
  test(`nonsense is as if it weren't there: ${nonsense.slice(0, 40)}`, () =>
    assert.deepEqual(read(`?${nonsense}`, TABS), read("", TABS)));
}

test("what others keep in the address stays, and what is as at first is not written", () => {
  assert.equal(write(read("", TABS), "?__theme=dark&clip=3"), "?__theme=dark");
  assert.equal(write(read("", TABS), ""), "");
});

test("fifty selected clips travel, and of more a link says that it holds none", () => {
  const fifty = { ...read("", TABS), selection: MANY.slice(1) };
  assert.deepEqual(read(write(fifty, ""), TABS).selection, MANY.slice(1));
  const more = { ...fifty, selection: MANY };
  assert.equal(write(more, ""), "?selection=not-included");
  assert.equal(read(write(more, ""), TABS).selection, NOT_INCLUDED);
});

test("a step is not followed, and following has no step", () => {
  assert.equal(read("?step=40", TABS).follow, false);
  const view = new View(page(), TABS);
  view.set({ step: 40 });
  assert.deepEqual([view.state.follow, view.addressOf(view.state)], [false, "/p/?step=40"]);
  view.set({ follow: true });
  assert.deepEqual([view.state.step, view.addressOf(view.state)], [null, "/p/"]);
  view.set({ follow: false });
  assert.equal(view.addressOf(view.state), "/p/?follow=0");
});

test("parts hear of what they follow, and one that throws starves no other", (t) => {
  t.mock.method(console, "error", () => {});
  const view = new View(page("?run=b"), TABS);
  const heard = [];
  view.on(["clip"], () => {
    throw new Error("broken");
  });
  const stop = view.on(["clip", "runs"], ({ clip, runs }) => heard.push([clip, ...runs]));
  view.on(["tab"], () => heard.push("tab"));
  view.set({ clip: 3 });
  view.set({ clip: 3 });
  view.set({ runs: ["a"] }); // which forgets the clip
  stop();
  view.set({ clip: 4 });
  assert.deepEqual(heard, [
    [3, "b"],
    [null, "a"],
  ]);
});

test("another run forgets what spoke of the one before, but not what came with it", () => {
  const view = new View(page(write(STATE, "")), TABS);
  view.set({ runs: ["other"], clip: 9 });
  const { clip, step, follow, selection, filter, colour, method } = view.state;
  assert.deepEqual([clip, step, follow, selection, filter], [9, null, true, [], []]);
  assert.deepEqual([colour, method], ["label", "byol"]);
  view.set({ runs: ["other", "compared"] });
  assert.equal(view.state.clip, 9);
});

test("what may not be looked at is not", () => {
  const view = new View(page(), TABS);
  view.set({ tab: "nonsense", runs: ["/etc"], clip: -1, selection: ["a"] });
  assert.deepEqual(view.state, read("", TABS));
  assert.equal(view.page.entries.length, 1);
});

test("the browser's button goes back from tabs, runs and methods, and finds the clip chosen there", () => {
  const view = new View(page("?tab=listen&run=a"), TABS);
  view.set({ tab: "find" });
  view.set({ clip: 3 });
  view.set({ clip: 5 });
  view.set({ runs: ["b"] });
  assert.equal(view.page.entries.length, 3);
  view.page.history.back();
  assert.deepEqual([view.state.runs, view.state.clip, view.state.tab], [["a"], 5, "find"]);
  view.page.history.back();
  assert.deepEqual([view.state.tab, view.state.clip], ["listen", null]);
});

test("words take the place of the clip, a clip that of the words, and the button goes back from either", () => {
  const view = new View(page("?tab=find&run=a&clip=3"), TABS);
  view.set({ words: "a dog & rain" });
  assert.deepEqual([view.state.clip, view.state.words], [null, "a dog & rain"]);
  assert.equal(read(view.page.location.search, TABS).words, "a dog & rain");
  view.set({ clip: 5 });
  assert.deepEqual([view.state.clip, view.state.words], [5, ""]);
  view.page.history.back();
  assert.deepEqual([view.state.clip, view.state.words], [null, "a dog & rain"]);
  view.set({ runs: ["b"] });
  assert.equal(view.state.words, "a dog & rain", "another run is asked by the same words");
  view.page.history.back();
  view.page.history.back();
  assert.deepEqual([view.state.clip, view.state.words], [3, ""]);
  assert.equal(read("?clip=3&words=dog", TABS).clip, null, "an address that names both asks by words");
});

test("what nobody chose is not gone back to", () => {
  const view = new View(page("?tab=find"), TABS);
  view.set({ runs: ["newest"] }, { replace: true });
  assert.deepEqual(view.page.entries, [{ state: null, search: "?tab=find&run=newest" }]);
});

test("a slider writes the address now and then, and at the end", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const view = new View(page(), TABS);
  for (let step = 0; step < 50; step++) view.set({ step });
  assert.equal(view.page.location.search, "?step=0");
  t.mock.timers.tick(400);
  assert.equal(view.page.location.search, "?step=49");
});

test("the run that is proposed keeps the clip that a link named without one", () => {
  const view = new View(page("?clip=3"), TABS);
  view.set({ runs: ["newest"] }, { replace: true });
  assert.equal(view.state.clip, 3);
});

test("what is searched for stays while one goes back within a run, and goes with it", () => {
  const view = new View(page("?tab=listen&run=a"), TABS);
  view.set({ tab: "find" });
  view.set({ query: "dog" });
  view.page.history.back();
  assert.deepEqual([view.state.tab, view.state.query], ["listen", "dog"]);
  view.set({ runs: ["b"], query: "cat" });
  view.page.history.back();
  assert.deepEqual([view.state.runs, view.state.query], [["a"], ""]);
});

test("a selection that no address holds is there when the page is loaded anew, gone back to or left by a tab", () => {
  const window = page("?run=a");
  const first = new View(window, TABS);
  first.set({ selection: MANY });
  first.replace();
  assert.match(window.location.search, new RegExp(`selection=${NOT_INCLUDED}`));
  assert.deepEqual(new View(window, TABS).state.selection, MANY);
  first.set({ tab: "find" });
  assert.deepEqual(new View(window, TABS).state.selection, MANY);
  first.set({ selection: MANY.toReversed() });
  first.replace();
  assert.deepEqual(new View(window, TABS).state.selection, MANY.toReversed());
  window.history.back();
  assert.deepEqual(first.state.selection, MANY);
  first.set({ selection: [1, 2] });
  first.replace();
  assert.equal(window.history.state, null);
  window.history.state = { selection: ["x"] };
  window.location.search = `?run=a&selection=${NOT_INCLUDED}`;
  assert.equal(new View(window, TABS).state.selection, NOT_INCLUDED); // a link, or what is no selection
});
