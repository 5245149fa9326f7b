import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

let server, live, asked;

before(async () => {
  server = createServer((request, reply) => {
    asked = request.url;
    const what = request.url.split("?")[0].split("/").at(-1);
    if (what === "points") return reply.end('{"n": 3}');
    if (what === "clip" || what === "4") return reply.end(Buffer.from([1, 2, 3]));
    if (what === "80") return reply.end(Buffer.from(new Float32Array([1, 2, 3, -1, -2, -3]).buffer));
    reply.end("[]");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  globalThis.document = { baseURI: `http://127.0.0.1:${server.address().port}/below/` };
  const { LiveSource } = await import("../../../assets/js/core/source_live.js");
  live = () => new LiveSource();
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("addresses lie below the page, and names are quoted", async () => {
  await live().points("a b/c");
  assert.equal(asked, "/below/gradio_api/x/run/a%20b%2Fc/points");
  await live().sound({ upload: "t/u" });
  assert.equal(asked, "/below/gradio_api/x/upload/t%2Fu/clip");
  await live().sound({ fingerprint: "f", index: 4 });
  assert.equal(asked, "/below/gradio_api/x/clip/f/4");
  await live().pictures("f", [3, 1]);
  assert.equal(asked, "/below/gradio_api/x/pictures/f?of=3,1");
  await live().news("r", ["status", "metrics"], "a&b");
  assert.equal(asked, "/below/gradio_api/x/run/r/news?parts=status,metrics&since=a%26b");
});

test("an answer is read", async () => {
  assert.deepEqual(await live().points("r"), { n: 3 });
  assert.equal((await live().sound({ upload: "t" })).byteLength, 3);
  const { x, y } = await live().layout("r", 80);
  assert.deepEqual(
    [[...x], [...y]],
    [
      [1, 2, 3],
      [-1, -2, -3],
    ],
  );
});

test("parts that ask at the same moment are given one answer, each a copy of its own", async () => {
  const one = live();
  let questions = 0;
  const json = one.answers.json;
  one.answers.json = (...given) => ++questions && json.apply(one.answers, given);
  const answers = await Promise.all([one.points("r"), one.points("r")]);
  assert.deepEqual(answers, [{ n: 3 }, { n: 3 }]);
  assert.notEqual(answers[0], answers[1]);
  assert.equal(questions, 1);
  await one.points("r"); // it may have changed
  assert.equal(questions, 2);
  one.ahead("r");
  assert.deepEqual(await one.points("r"), { n: 3 });
  assert.deepEqual([questions, one.answers.coming.size], [3, 0]);
});

test("what was asked for ahead and is refused is an error of whoever asks then, and of nobody before", async () => {
  const one = live();
  one.answers.json = () => Promise.reject(new Error("There is no such run."));
  const unheard = [];
  const hear = (error) => unheard.push(error);
  process.on("unhandledRejection", hear);
  one.ahead("gone");
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off("unhandledRejection", hear);
  assert.deepEqual(unheard, []);
  await assert.rejects(one.points("gone"), { message: "There is no such run." });
});
