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
    if (what === "baselines") return reply.writeHead(404).end('{"detail": "There is no such run."}');
    if (what === "method") return reply.writeHead(500).end("not JSON");
    if (what === "tags") return reply.writeHead(413, { "Content-Type": "text/plain" }).end("This is too much at once.");
    if (what === "7") return void reply.write('{"neighbours":'); // and no more
    if (what !== "lens") reply.end("[]");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  globalThis.document = { baseURI: `http://127.0.0.1:${server.address().port}/below/` };
  const { LiveSource } = await import("../../../assets/js/core/source_live.js");
  live = (seconds) => new LiveSource(undefined, seconds);
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

test("parts that ask at the same moment are given one answer", async () => {
  const one = live();
  const answers = await Promise.all([one.points("r"), one.points("r")]);
  assert.equal(answers[0], answers[1]);
  assert.notEqual(await one.points("r"), answers[0]); // it may have changed
  one.ahead("r");
  const coming = one.coming.get("run/r/points");
  assert.equal(await one.points("r"), await coming);
  assert.equal(one.coming.size, 0);
});

test("a refusal is the server's sentence and its status", async () => {
  await assert.rejects(live().baselines("r"), { message: "There is no such run.", status: 404 });
  await assert.rejects(live().method("r"), { message: "The server answered 500.", status: 500 });
});

test("a request that nobody answers is given up, and the sentence says what was waited for", async () => {
  const slow = live({ json: 0.05, bytes: 0.05 });
  await assert.rejects(slow.lensSteps("r"), {
    message: "The server did not send the steps of the method's picture within 0.05 seconds.",
  });
  const half = "The server did not send the nearest clips within 0.05 seconds.";
  await assert.rejects(slow.neighbours("r", 40, 7, 10), { message: half });
});

test("a server that is gone is told as such", async () => {
  const { LiveSource } = await import("../../../assets/js/core/source_live.js");
  const gone = new LiveSource("http://127.0.0.1:1/gradio_api/x/");
  await assert.rejects(gone.runs(), { message: "The page's server does not answer." });
});

test("what stands before the routes refuses in plain words, which are told", async () => {
  await assert.rejects(live().tags("r"), { message: "This is too much at once.", status: 413 });
});
