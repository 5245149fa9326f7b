// The tags of a run in the browser: in the order in which they were given, taken back without a loss, forgotten with their clips.

import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { before, test } from "node:test";
import { pretendPage } from "../support.js";

let tagsOf, useSource, runs;
const storage = new Map();
const later = (made, ms = 0) => new Promise((settle) => setTimeout(() => settle(made), ms));

before(async () => {
  pretendPage();
  setMaxListeners(0, document); // each run of a test listens for good
  globalThis.localStorage = {
    getItem: (key) => storage.get(key) ?? null,
    setItem: (key, value) => {
      if (storage.full) throw new DOMException("quota", "QuotaExceededError");
      storage.set(key, value);
    },
  };
  ({ useSource } = await import("../../../assets/js/core/source.js"));
  ({ tagsOf } = await import("../../../assets/js/selection/tags.js"));
  runs = 0;
});

/** A run with three clips whose tags a source of these answers keeps. */
function followed(answers) {
  useSource({ tags: async () => ({ kept: "browser", version: "", tags: {}, noes: {}, known: [] }), ...answers });
  const tags = tagsOf(`run ${++runs}`);
  const points = { fingerprint: `f${runs}`, clips: [0, 1, 2], columns: [] };
  return { tags, points, leave: tags.follow(points, () => {}) };
}
const held = (tags) => ({ kept: "server", version: JSON.stringify(tags), tags, noes: {}, known: Object.keys(tags) });

test("a change that is answered late does not take the place of a later one, and undoing takes back the last", async () => {
  const undone = [];
  const waits = [20, 0];
  const { tags } = followed({
    tags: async () => held({}),
    changeTags: (_, { tag }) => later({ ...held({ [tag]: [1] }), row: tag }, waits.shift()),
    undoTags: async (_, row) => undone.push(row) && held({}),
  });
  await tags.turn;
  await Promise.all([tags.change("first", [1]), tags.change("second", [1]), tags.undo()]);
  assert.deepEqual(undone, ["second"]);
  assert.equal(tags.undoing.length, 1);
});

test("what could not be taken back, as nobody answered, can be later; what is refused cannot", async () => {
  let error = new Error("The page's server does not answer.");
  const { tags } = followed({
    tags: async () => held({}),
    changeTags: async () => ({ ...held({ kick: [1] }), row: "r" }),
    undoTags: async () => {
      throw error;
    },
  });
  await tags.change("kick", [1]);
  await assert.rejects(tags.undo(), /does not answer/);
  assert.equal(tags.undoing.length, 1);
  error = Object.assign(new Error("This was taken back already."), { status: 409 });
  await assert.rejects(tags.undo(), /already/);
  assert.equal(tags.undoing.length, 0);
});

test("undoing in this browser leaves what another of its pages has tagged", async () => {
  const { tags } = followed({});
  await tags.change("kick", [0, 1]);
  const own = [...storage.keys()].at(-1);
  storage.set(own, JSON.stringify({ kick: [0, 1, 2], snare: [2] }));
  await tags.undo();
  assert.deepEqual(tags.value.tags, { snare: [2], kick: [2] });
});

test("renaming in this browser leaves what carried the other tag before, and is taken back as one change", async () => {
  const { tags } = followed({});
  await tags.change("kcik", [0, 1]);
  await tags.change("kick", [1]);
  await tags.rename("kcik", " kick ");
  assert.deepEqual(tags.value.tags, { kick: [1, 0] });
  await tags.undo();
  assert.deepEqual(tags.value.tags, { kick: [1], kcik: [0, 1] });
  await assert.rejects(tags.rename("kick", "kick"), /already/);
});

test("a no is kept in this browser beside its tags, which an older version wrote, and taken back as it was", async () => {
  const { tags, points } = followed({});
  storage.set(`hearsight:tags:${points.fingerprint}`, '{"kick":[0,1]}');
  await tags.change("kick", [1, 2], "not");
  assert.deepEqual([tags.value.tags, tags.value.noes], [{ kick: [0] }, { kick: [1, 2] }]);
  assert.deepEqual(points.columns[0].values, [0, -1, -1]);
  assert.equal(storage.get(`hearsight:tags:${points.fingerprint}`), '{"kick":[0]}');
  await tags.change("kick", [1]);
  assert.deepEqual([tags.value.tags, tags.value.noes], [{ kick: [0, 1] }, { kick: [2] }]);
  await tags.undo();
  assert.deepEqual([tags.value.tags, tags.value.noes], [{ kick: [0] }, { kick: [2, 1] }]);
  await tags.undo();
  assert.deepEqual([tags.value.tags, tags.value.noes], [{ kick: [0, 1] }, {}]);
});

test("renaming in this browser takes noes along, and a tag outweighs a no", async () => {
  const { tags } = followed({});
  await tags.change("kcik", [0]);
  await tags.change("kick", [1]);
  await tags.change("kcik", [1, 2], "not");
  await tags.change("kick", [0], "not");
  await tags.rename("kcik", "kick");
  assert.deepEqual([tags.value.tags, tags.value.noes], [{ kick: [1, 0] }, { kick: [2] }]);
  await tags.undo();
  assert.deepEqual(
    [tags.value.tags, tags.value.noes],
    [
      { kick: [1], kcik: [0] },
      { kick: [0], kcik: [1, 2] },
    ],
  );
});

test("the server is told which kind of change it is", async () => {
  const asked = [];
  const { tags } = followed({
    tags: async () => held({ kick: [1] }),
    changeTags: async (_, change) => asked.push(change) && { ...held({ kick: [1] }), row: "r" },
  });
  await tags.change("kick", [2], "not");
  await tags.change("kick", [2]);
  assert.deepEqual(asked, [
    { tag: "kick", clips: [2], kind: "not" },
    { tag: "kick", clips: [2], kind: "add" },
  ]);
});

test("the server renames, and its row takes that back", async () => {
  const asked = [];
  const { tags } = followed({
    tags: async () => held({ kcik: [1] }),
    renameTag: async (_, tag, to) => asked.push([tag, to]) && { ...held({ kick: [1] }), row: "r" },
    undoTags: async (_, row) => asked.push(row) && held({ kcik: [1] }),
  });
  await tags.rename("kcik", "kick");
  assert.deepEqual(tags.names, ["kick"]);
  await tags.undo();
  assert.deepEqual(asked, [["kcik", "kick"], "r"]);
});

test("undoing says what it has taken back", async () => {
  const { tags } = followed({});
  await tags.change(" kick ", [0, 1]);
  await tags.change("kick", [2], "not");
  await tags.change("kick", [2], "remove");
  await tags.rename("kick", "snare");
  const said = [];
  for (let i = 0; i < 5; i++) said.push(await tags.undo());
  assert.deepEqual(said, [
    "kick called snare",
    "a no for kick taken off 1 clip",
    "a no for kick given to 1 clip",
    "kick given to 2 clips",
    "",
  ]);
});

test("a listener hears of a change once it can be taken back", async () => {
  const { tags } = followed({});
  await tags.turn;
  const told = [];
  tags.on(() => told.push(tags.undoing.length));
  await tags.change("kick", [0]);
  await tags.undo();
  assert.deepEqual(told, [1, 0]);
});

test("a browser without room says so in a sentence", async () => {
  const { tags } = followed({});
  storage.full = true;
  await assert.rejects(tags.change("kick", [0]), /storage is full or switched off/);
  storage.full = false;
  assert.equal(tags.undoing.length, 0);
});

test("a tag may be called as what every object has", async () => {
  const { tags, points } = followed({});
  await tags.change("constructor", [1]);
  await tags.change("__proto__", [2]);
  assert.deepEqual(points.columns[0].values, [-1, 1, 0]);
  const { tagsIn } = await import("../../../assets/js/selection/tagging.js");
  assert.deepEqual(Object.entries(tagsIn(points)), [["constructor", [1]], ["__proto__", [2]]]); // biome-ignore format: one line
});

test("clips that are shown no more are let go, and asked for anew when they are shown again", async () => {
  let asked = 0;
  const { tags, points, leave } = followed({
    tags: async (run) => {
      if (run === `run ${runs}`) asked++; // and not one of another test
      return held({});
    },
  });
  await tags.turn;
  leave();
  assert.deepEqual([tags.dressed.size, tags.listeners.size, asked], [0, 0, 1]);
  document.dispatchEvent(new Event("visibilitychange"));
  await tags.turn;
  assert.equal(asked, 1);
  tags.follow({ ...points, columns: [] }, () => {});
  await tags.turn;
  assert.equal(asked, 2);
});
