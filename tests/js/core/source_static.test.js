import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { bytesOf } from "../../../assets/js/core/source.js";
import { StaticSource } from "../../../assets/js/core/source_static.js";

const RUN = {
  format: 1,
  name: "one",
  title: "simclr · one",
  status: { state: "finished", step: 20, steps: 20, seconds: 5, progress: 1, warning: "", warned_by: "" },
  layouts: { version: 1, steps: [0, 20], kinds: { 0: "umap", 20: "umap" }, trust: { 0: 0.9, 20: null }, snapshots: 2 },
  neighbours: [0, 20],
  columns: [0, 20],
  lens: [20],
  settings: { method: "simclr", data: "bells" },
  clips: 3,
  near: 2,
};
const column = (name, per, values) => ({ name, kind: "category", per, names: ["a", "b"], ...(values && { values }) });
const POINTS = {
  n: 3,
  clips: [7, 8, 9],
  columns: [column("class", "clip", [0, 1, -1]), column("right", "snapshot")],
  fingerprint: "f",
  sounds: true,
  note: "",
};

let files, troubles, asked, source;

const binary = (...parts) => new Uint8Array(parts.flatMap((part) => [...new Uint8Array(part.buffer)]));
const LAYOUT = binary(Float32Array.of(2), Uint16Array.of(0, 65535, 0), Uint16Array.of(65535, 0, 0));
const NEAR = binary(Uint16Array.of(1, 2, 0, 2, 1, 0), Int16Array.of(9000, -100, 9000, 1, 5, 4));

beforeEach(() => {
  files = {
    "run.json": JSON.stringify(RUN),
    "points.json": JSON.stringify(POINTS),
    "curves.json": JSON.stringify([{ step: 0, "train/loss": 3 }]),
    "schema.json": "{}",
    "baselines.json": "{}",
    "method.json": '{"title": "SimCLR"}',
    "columns/20.json": JSON.stringify({ right: column("right", "snapshot", [1, 1, 0]) }),
    "layouts/20.bin": LAYOUT,
    "neighbours/20.bin": NEAR,
    "sounds/7.mp3": new Uint8Array([1, 2, 3]),
  };
  troubles = [];
  asked = [];
  globalThis.fetch = async (address) => {
    const path = address.slice("here/data/".length);
    asked.push(path);
    return path in files ? new Response(files[path]) : new Response("nothing", { status: 404 });
  };
  source = new StaticSource({
    root: "here/data/",
    decode: async (bytes) => {
      if (new Uint8Array(bytes)[0] !== 1) throw new Error("no sound");
      return Float32Array.of(0.5);
    },
    draw: (samples) => ({ drawn: samples[0] }),
    onTrouble: (sentence) => troubles.push(sentence),
  });
});

test("an export is one run at rest", async () => {
  const { runs, latest } = await source.runs();
  const [{ name, title, method, data, state, read_only }] = runs;
  assert.deepEqual([runs.length, latest, name, title], [1, "one", "one", "simclr · one"]);
  assert.deepEqual([method, data, state, read_only], ["simclr", "bells", "finished", true]);
  const news = await source.news("one", ["status", "metrics", "layouts"], "");
  assert.equal(news.status.state, "finished");
  assert.equal(news.status.read_only, true);
  assert.deepEqual(news.metrics.rows, [{ step: 0, "train/loss": 3 }]);
  assert.deepEqual(news.layouts.steps, [0, 20]);
  const later = await source.news("one", ["status", "metrics"], news.metrics.cursor);
  assert.deepEqual(later.metrics, { cursor: "all", void: false, rows: [] });
  assert.equal(asked.filter((path) => path === "run.json").length, 1);
});

test("what moved most is told from the nearest of both steps", async () => {
  const near = (/** @type {number[]} */ ...points) => binary(Uint16Array.from(points), Int16Array.of(3, 2, 1));
  files["run.json"] = JSON.stringify({ ...RUN, near: 1, neighbours: [0, 20] });
  files["neighbours/0.bin"] = near(1, 0, 0);
  files["neighbours/20.bin"] = near(1, 0, 1);
  assert.deepEqual(await source.moved("one", 0, 20, 2), {
    judged: 3,
    moved: [
      { point: 2, clip: 9, changed: 1 },
      { point: 0, clip: 7, changed: 0 },
    ],
  });
  await assert.rejects(source.moved("one", 0, 5, 2), { status: 404 });
});

test("places, columns and neighbours are read from their files", async () => {
  const { x, y } = await source.layout("one", 20);
  assert.deepEqual([...x, ...y], [-2, 2, -2, 2, -2, -2]);
  assert.deepEqual(await source.neighbours("one", 20, 0, 10), [
    { point: 1, clip: 8, score: 0.9 },
    { point: 2, clip: 9, score: -0.01 },
  ]);
  assert.deepEqual(await source.neighbours("one", 20, 2, 1), [{ point: 1, clip: 8, score: 0.0005 }]);
  assert.deepEqual((await source.column("one", "class", null)).values, [0, 1, -1]);
  assert.deepEqual((await source.column("one", "right", 20)).values, [1, 1, 0]);
  await assert.rejects(source.column("one", "right", null), { status: 404 });
  assert.equal(asked.filter((path) => path === "neighbours/20.bin").length, 1);
  assert.deepEqual(troubles, []);
});

test("a picture of one byte a value goes evenly from low to high", async () => {
  const picture = { name: "p", low: -1, high: 1, shape: [1, 3] };
  const exact = { ...picture, bytes: 4, values: Buffer.from(Float32Array.of(1, 2, 3).buffer).toString("base64") };
  const coarse = { ...picture, bytes: 1, values: Buffer.from([0, 255, 51]).toString("base64") };
  files["lens/20.json"] = JSON.stringify({ step: 20, pictures: [exact, coarse], clips: [] });
  const lens = await source.lens("one", 20);
  const values = lens.pictures.map((one) => [...new Float32Array(bytesOf(one.values).buffer)]);
  assert.deepEqual(values[0], [1, 2, 3]);
  assert.deepEqual(
    values[1].map((value) => Number(value.toFixed(5))),
    [-1, 1, -0.6],
  );
  assert.deepEqual([lens.fingerprint, lens.sounds], ["f", true]);
  files["measured.json"] = JSON.stringify({ step: 20, pictures: [coarse], names: { a: ["b"] }, note: "" });
  const measured = await source.measured();
  assert.deepEqual(
    [measured.step, measured.names, measured.pictures[0].values],
    [20, { a: ["b"] }, lens.pictures[1].values],
  );
});

test("a sound is fetched once, and can be decoded more than once", async () => {
  const sound = { fingerprint: "f", index: 7 };
  const [first, second] = [await source.sound(sound), await source.sound(sound)];
  assert.notEqual(first, second);
  assert.deepEqual([...new Uint8Array(second)], [1, 2, 3]);
  assert.deepEqual(await source.pictures("f", [7]), [{ drawn: 0.5 }]);
  assert.deepEqual(asked, ["sounds/7.mp3"]);
});

test("a file that is missing is one sentence, and nothing else fails", async () => {
  delete files["curves.json"];
  delete files["layouts/20.bin"];
  const news = await source.news("one", ["status", "metrics", "layouts"], "");
  assert.deepEqual(news.metrics.rows, []);
  assert.equal(news.status.state, "finished");
  await assert.rejects(source.layout("one", 20), {
    message: "The file data/layouts/20.bin of this export is missing.",
    status: 404,
  });
  assert.deepEqual(troubles, [
    "The file data/curves.json of this export is missing.",
    "The file data/layouts/20.bin of this export is missing.",
  ]);
});

for (const [path, content, ask] of [
  ["points.json", "{", () => source.points()],
  ["points.json", JSON.stringify({ ...POINTS, clips: [1] }), () => source.points()],
  ["points.json", JSON.stringify({ ...POINTS, windows: [2.5] }), () => source.points()],
  ["schema.json", "[]", () => source.schema()],
  ["layouts/20.bin", LAYOUT.slice(1), () => source.layout("one", 20)],
  ["layouts/20.bin", binary(Float32Array.of(Number.NaN), new Uint16Array(6)), () => source.layout("one", 20)],
  ["neighbours/20.bin", NEAR.slice(2), () => source.neighbours("one", 20, 0, 2)],
  [
    "neighbours/20.bin",
    binary(new Uint16Array(6).fill(3), new Int16Array(6)),
    () => source.neighbours("one", 20, 0, 2),
  ],
  [
    "lens/20.json",
    '{"step": 20, "pictures": [{"bytes": 1, "values": "", "shape": [2]}], "clips": []}',
    () => source.lens("one", 20),
  ],
  ["measured.json", '{"step": 20, "pictures": [], "names": []}', () => source.measured()],
  ["sounds/7.mp3", new Uint8Array([9]), () => source.pictures("f", [7])],
  ["run.json", '{"format": 1}', () => source.about()],
  ["run.json", "<html>", () => source.about()],
]) {
  test(`${path} damaged as ${String(content).slice(0, 24)}`, async () => {
    files[path] = content;
    await assert.rejects(ask(), { message: `The file data/${path} of this export is damaged.`, status: 422 });
    assert.deepEqual(troubles, [`The file data/${path} of this export is damaged.`]);
  });
}

test("damaged curves take nothing else along", async () => {
  files["curves.json"] = "[null]";
  const news = await source.news("one", ["status", "metrics"], "");
  assert.deepEqual([news.metrics.rows, news.status.state], [[], "finished"]);
  assert.deepEqual(troubles, ["The file data/curves.json of this export is damaged."]);
});

test("an export of another format says so", async () => {
  files["run.json"] = JSON.stringify({ ...RUN, format: 2 });
  await assert.rejects(source.about(), /has the format 2, and this page reads the format 1/);
});

test("a file that its host doesn't have is asked for once", async () => {
  delete files["schema.json"];
  for (let i = 0; i < 2; i++) await assert.rejects(source.schema(), { status: 404 });
  assert.deepEqual(asked, ["schema.json"]);
  assert.equal(troubles.length, 1);
});

test("where nobody answers, asking again may help", async () => {
  const answers = globalThis.fetch;
  globalThis.fetch = async () => {
    throw new TypeError("offline");
  };
  await assert.rejects(source.points(), (error) => error.status === undefined && /does not answer/.test(error.message));
  globalThis.fetch = answers;
  assert.equal((await source.points()).n, 3);
});

test("suspects are those of the export; one that holds none says so, one that is damaged too", async () => {
  const row = { kind: "label", clip: 7, label: "a", reason: "…", beside: [{ clip: 8, label: "b" }], also: [9] };
  const found = {
    step: 20,
    facet: "class",
    kinds: { label: "Doubtful" },
    rows: [row],
    caution: "",
    most: 2,
    heard: true,
  };
  files["suspects.json"] = JSON.stringify(found);
  assert.deepEqual(await source.suspects("one"), found);
  source.files.read.clear();
  files["suspects.json"] = "null";
  await assert.rejects(source.suspects("one"), /no list of suspects/);
  source.files.read.clear();
  files["suspects.json"] = JSON.stringify({ ...found, rows: [{ ...row, beside: [{ clip: "../x" }] }] });
  await assert.rejects(source.suspects("one"), /suspects.json of this export is damaged/);
});
