import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
const { Columns, namesOf, written } = await import("../../../assets/js/map/columns.js");
const { MapClips } = await import("../../../assets/js/map/clips.js");
const { cyclicColours, numberColours } = await import("../../../assets/js/core/palette.js");
const { coloursOf } = await import("../../../assets/js/map/colours.js");

/** @import { Column } from "../../../assets/js/core/types.d.ts" */

/** @type {(changes: Partial<Column>) => Column} */
const column = (changes) => ({
  ...{ name: "c", title: "C", kind: "category", per: "clip", unit: "", digits: 2, meaning: "", names: [] },
  ...{ low: null, high: null, writer: "trainer" },
  ...changes,
});

test("values are written with their unit, and what is missing is said", () => {
  const loudness = column({ kind: "number", unit: "dB", digits: 1, values: [-12.34, null, Number.NaN] });
  assert.deepEqual([0, 1, 2].map((i) => written(loudness, i)), ["−12.3 dB", "no value", "no value"]); // biome-ignore format: one line
  assert.equal(written(column({ names: ["bell"], values: [0, -1] }), 0), "bell");
  assert.equal(written(column({ names: ["bell"], values: [0, -1] }), 1), "no label");
  assert.equal(written(column({ kind: "flag", values: [1] }), 0), "yes");
  assert.equal(written(column({ kind: "flag", names: ["wrong", "right"], values: [0] }), 0), "wrong");
  assert.equal(written(column({ kind: "number", digits: -1, values: [1234] }), 0), "1.23e+3");
});

test("a time of day is written as a clock shows it, and its colours meet at midnight", () => {
  const values = [4.5, 4.583, 23.999, 0, 24, null];
  const hour = column({ kind: "number", unit: "h", digits: 1, low: 0, high: 24, values });
  assert.deepEqual(values.map((_, i) => written(hour, i)), ["04:30", "04:35", "00:00", "00:00", "24:00", "no value"]); // biome-ignore format: one line
  assert.equal(written(column({ kind: "number", unit: "h", digits: 1, values }), 0), "4.5 h");
  const scale = coloursOf(hour, values.length).scale;
  assert.deepEqual(scale?.colours, cyclicColours(48));
  assert.deepEqual(coloursOf({ ...hour, unit: "s" }, values.length).scale?.colours, numberColours(48));
});

test("every point has one class", () => {
  const { classes, scale } = coloursOf(column({ names: ["a", "b", "c"], values: [0, 1, 1, -1, 2] }), 5);
  assert.equal(scale, null);
  assert.deepEqual(classes.flatMap(({ ids }) => [...ids]).sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual(classes.map(({ name }) => name), ["no label", "a", "b", "c"]); // biome-ignore format: one line
});

test("clips without a tag are called so", () => {
  const { classes } = coloursOf(column({ writer: "page", names: ["dry"], values: [0, -1] }), 2);
  assert.deepEqual(classes.map(({ name }) => name), ["no tag", "dry"]); // biome-ignore format: one line
});

test("of more than fifty classes the largest keep their colour", () => {
  const values = Array.from({ length: 200 }, (_, i) => (i < 120 ? i % 60 : i % 40)); // 40 are larger than 20 others
  const names = Array.from({ length: 60 }, (_, i) => `n${i}`);
  const { classes } = coloursOf(column({ names, values }), 200);
  assert.equal(classes.length, 51);
  assert.equal(classes[0].name, "others");
  assert.equal(classes.reduce((sum, { ids }) => sum + ids.length, 0), 200); // biome-ignore format: one line
});

test("numbers have a scale from their low to their high, without the few that lie far out", () => {
  const values = Array.from({ length: 101 }, (_, i) => i);
  const { classes, scale } = coloursOf(column({ kind: "number", values: [...values, null, 1e9] }), 103);
  assert.ok(scale);
  assert.deepEqual([scale.low, scale.high, scale.least, scale.most, scale.missing], [2, 99, 0, 1e9, 1]);
  assert.equal(classes[0].name, "no value");
  assert.equal(classes.reduce((sum, { ids }) => sum + ids.length, 0), 103); // biome-ignore format: one line
  const given = coloursOf(column({ kind: "number", low: 0, high: 1, values: [0.5] }), 1).scale;
  assert.deepEqual([given?.low, given?.high], [0, 1]);
});

test("labels that have an order come in it", () => {
  const { classes } = coloursOf(column({ names: ["A3", "C2", "C4"], values: [0, 1, 2] }), 3);
  assert.deepEqual(classes.map(({ name }) => name), ["C2", "A3", "C4"]); // biome-ignore format: one line
});

test("sounds without labels are not coloured by their files, and no file is held for a label", () => {
  const file = column({ name: "file", title: "file", names: ["a.wav", "b.wav"], values: [0, 1] });
  const loudness = column({ name: "loudness", title: "loudness", kind: "number", values: [-12, -9] });
  const kind = column({ name: "kind", title: "kind", names: ["rain"], values: [0, 0] });
  const bare = new Columns("run", [file, loudness], "file");
  assert.equal(bare.find(null), loudness);
  assert.equal(bare.find("file"), file);
  assert.equal(bare.title(1, loudness), "b.wav");
  assert.equal(bare.agree(0, 1, loudness), undefined);
  assert.equal(bare.agree(0, 1, file), undefined);
  const labelled = new Columns("run", [kind, file, loudness], "kind");
  assert.equal(labelled.find(null), kind);
  assert.equal(labelled.agree(0, 1, loudness), true);
});

test("clips agree or not where both have a label, and else neither", () => {
  const kind = column({ name: "kind", names: ["rain", "dog"], values: [0, 1, 0, -1, -1] });
  const columns = new Columns("run", [kind], "kind");
  assert.deepEqual([1, 2, 3].map((other) => columns.agree(0, other)), [false, true, undefined]); // biome-ignore format: one line
  assert.deepEqual([0, 4].map((other) => columns.agree(3, other)), [undefined, undefined]); // biome-ignore format: one line
});

test("clips that have several labels agree where they have one in common", () => {
  const all = column({
    name: "species (all)",
    names: ["owl", "owl + wren", "tit", "tit + wren"],
    values: [0, 1, 2, 3, -1],
  });
  const columns = new Columns("run", [all], "species (all)");
  assert.deepEqual([0, 1, 2, 3, 4].map((other) => columns.agree(1, other)), [true, true, false, true, undefined]); // biome-ignore format: one line
  const plain = column({ name: "species", names: ["owl", "owl + wren"], values: [0, 1] });
  assert.equal(new Columns("run", [plain], "species").agree(0, 1), false); // one label, whatever stands in it
  assert.deepEqual([columns.haveSeveral(all), columns.haveSeveral(plain)], [true, false]);
  const events = readFileSync(new URL("../../../training/data/events.py", import.meta.url), "utf8");
  assert.match(events, /^TOGETHER = "\{\} \(all\)"$/m);
  assert.match(events, /^BETWEEN = " \+ "$/m);
});

test("a clip without a label is not said to have none, unless the map is coloured by it", () => {
  const word = column({ name: "word", title: "word", names: ["yes"], values: [0, 0] });
  const pitch = column({ name: "pitch", title: "pitch", names: ["A4"], values: [-1, 0] });
  const loudness = column({ name: "loudness", title: "loudness", kind: "number", values: [-12, -9] });
  const columns = new Columns("run", [word, pitch, loudness], "word");
  assert.equal(columns.facts(0), "");
  assert.equal(columns.facts(1), "pitch: A4");
  assert.equal(columns.everything(0), "loudness: −12.00");
  assert.equal(columns.brief(0, word), "");
  assert.equal(columns.facts(0, pitch), "word: yes");
});

test("where there is little room the title is not said once more by another label", () => {
  const kind = column({ name: "class", title: "class", names: ["yes", "bell"], values: [0, 1] });
  const word = column({ name: "word", title: "word", names: ["yes"], values: [0, -1] });
  const family = column({ name: "family", title: "family", names: ["words", "bell"], values: [0, 1] });
  const columns = new Columns("run", [kind, word, family], "class");
  assert.deepEqual([columns.brief(0), columns.brief(1)], ["family: words", ""]);
  assert.equal(columns.facts(0), "word: yes  ·  family: words"); // there is room
  assert.equal(columns.brief(0, family), "class: yes  ·  word: yes");
});

test("what a text tells of a clip, as when it was recorded, is told with its categories", () => {
  const word = column({ name: "word", title: "word", names: ["yes"], values: [0, 0] });
  const recorded = column({ name: "recorded", title: "Recorded", kind: "text", values: ["2026-05-12 04:30:46", ""] });
  const columns = new Columns("run", [word, recorded], "word");
  assert.deepEqual([columns.facts(0), columns.facts(1)], ["Recorded: 2026-05-12 04:30:46", ""]);
  assert.equal(columns.brief(0), "");
});

test("where there is little room the file without its folders comes first, then tags", () => {
  const word = column({ name: "word", title: "word", names: ["yes"], values: [0, -1] });
  const site = column({ name: "site", title: "site", names: ["bog"], values: [0, 0] });
  const file = column({ name: "file", title: "file", names: ["bog/may/a.wav", "bog/b.wav", "a.wav"], values: [0, 1] });
  const tags = column({ name: "tags", title: "Your tags", writer: "page", names: ["dry"], values: [0, -1] });
  const columns = new Columns("run", [word, site, file, tags], "word");
  assert.equal(columns.brief(0), "a.wav  ·  Your tags: dry  ·  site: bog");
  assert.equal(columns.brief(0, tags), "a.wav  ·  dry  ·  site: bog");
  const loudness = column({ name: "loudness", kind: "number", unit: "dB", values: [-12, -9] });
  assert.equal(columns.brief(0, loudness), "−12.00 dB  ·  a.wav  ·  Your tags: dry  ·  site: bog");
  assert.equal(columns.facts(1), "site: bog  ·  file: bog/b.wav"); // there is room for the whole path
  const bare = new Columns("run", [site, file], "file"); // there is another a.wav
  assert.deepEqual(
    [bare.title(1), bare.brief(1), bare.facts(1)],
    ["b.wav", "site: bog", "site: bog  ·  file: bog/b.wav"],
  );
  assert.deepEqual([bare.title(0), bare.brief(0), bare.facts(0)], ["bog/may/a.wav", "site: bog", "site: bog"]);
});

test("files are told apart by their own names, and by their folders where these are the same", () => {
  const names = ["bog/a.wav", "lake/a.wav", "lake/b.wav"];
  const { classes } = coloursOf(column({ name: "file", names, values: [0, 1, 2] }), 3);
  assert.deepEqual(classes.map(({ name }) => name), ["bog/a.wav", "lake/a.wav", "b.wav"]); // biome-ignore format: one line
});

test("what all long names begin with is left out, in whole words", () => {
  const names = ["AudioMoth 24F319 20260412_0300.WAV", "may/AudioMoth 24F319 20260412_0400.WAV"];
  const file = column({ name: "file", title: "file", names, values: [0, 1] });
  const columns = new Columns("run", [file], "file");
  assert.deepEqual([columns.title(0), columns.title(1)], ["…0300.WAV", "…0400.WAV"]);
  assert.equal(columns.facts(0), `file: ${names[0]}`);
});

test("long names that begin differently are cut inside, where they don't tell files apart", () => {
  const of = (/** @type {string[]} */ ...names) => namesOf(column({ name: "file", names }));
  assert.deepEqual(
    of("a/24F31901633B1C2A_20240512_043000.WAV", "b/24E144085F41A2B0_20240512_053000.WAV"),
    ["24F31901…20240512_043000", "24E14408…20240512_053000"], // biome-ignore format: one line
  );
  assert.deepEqual(of("a long name that is of rain.wav", "b.wav"), ["a long n…that is of rain", "b"]);
  assert.deepEqual(of("a long name that is of rain.wav", "b.flac"), ["a long n… is of rain.wav", "b.flac"]);
  const same = ["a long x name that is of rain.wav", "a long y name that is of rain.wav", "b.wav"];
  assert.deepEqual(of(...same), ["a long x…that is of rain", "a long y…that is of rain", "b"]);
  const alike = ["a long name, first, that is of rain.wav", "a long name, second, that is of rain.wav", "b.wav"];
  assert.deepEqual(of(...alike), [...alike.slice(0, 2), "b"], "in full, as they would be called the same");
});

test("the chosen clip's file is told where no column tells it, as of data of a known layout", () => {
  const digit = column({ name: "digit", title: "digit", names: ["7"], values: [0] });
  const speaker = column({ name: "speaker", title: "speaker", names: ["theo"], values: [0] });
  const file = column({ name: "file", title: "file", names: ["x/7_theo_1.wav"], values: [0] });
  const clipsOf = (/** @type {import("../../../assets/js/core/types.d.ts").Column[]} */ ...columns) =>
    Object.assign(Object.create(MapClips.prototype), {
      points: { columns, main_facet: "digit", files: ["x/7_theo_1.wav"] },
      columns: new Columns("r", columns, "digit"),
    });
  const known = clipsOf(digit, speaker);
  assert.equal(known.briefOfChosen(0), "7_theo_1.wav  ·  speaker: theo");
  assert.equal(known.factsOfChosen(0), "speaker: theo  ·  file: 7_theo_1.wav");
  known.shown = column({ name: "loud", title: "Loudness", kind: "number", unit: "dB", digits: 1, values: [-12] });
  assert.equal(known.briefOfChosen(0), "−12.0 dB  ·  7_theo_1.wav  ·  speaker: theo");
  const told = clipsOf(digit, speaker, file); // once is enough
  assert.deepEqual([told.briefOfChosen(0), told.factsOfChosen(0)], [told.brief(0), told.facts(0)]);
  delete known.points.files; // the sounds are not at hand
  assert.equal(known.factsOfChosen(0), known.facts(0));
});

test("a window is told by its place in its file before all else that is said of it", () => {
  const columns = [column({ name: "class", title: "Class", names: ["bell"], values: [0, 0] })];
  const points = { columns, main_facet: "class", windows: ["2.0–4.0 s", ""] };
  const clips = Object.assign(Object.create(MapClips.prototype), {
    points,
    columns: new Columns("r", columns, "class"),
  });
  clips.shown = column({ name: "loud", title: "Loudness", kind: "number", unit: "dB", digits: 1, values: [-12, -3] });
  assert.deepEqual([0, 1].map((i) => clips.brief(i)), ["2.0–4.0 s  ·  −12.0 dB", "−3.0 dB"]); // biome-ignore format: one line
  assert.equal(clips.facts(0), "2.0–4.0 s  ·  Loudness: −12.0 dB");
  assert.equal(clips.whichOf(0), "");
  points.files = ["wood/day.wav", "wood/owl.wav"];
  assert.deepEqual([0, 1].map((i) => clips.whichOf(i)), ["2.0–4.0 s of day.wav", "owl.wav"]); // biome-ignore format: one line
  delete points.windows; // the sounds are not at hand
  assert.equal(clips.brief(0), "−12.0 dB");
});
