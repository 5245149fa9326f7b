import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

let server, routes;

before(async () => {
  server = createServer((request, reply) => {
    const what = request.url.split("/").at(-1);
    if (what === "points") return reply.end('{"n": 3}');
    if (what === "clip") return reply.end(Buffer.from([1, 2, 3]));
    if (what === "baselines") return reply.writeHead(404).end('{"detail": "There is no such run."}');
    if (what === "broken") return reply.writeHead(500).end("not JSON");
    if (what === "7") reply.write('{"neighbours":'); // and no more
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  globalThis.document = { baseURI: `http://127.0.0.1:${server.address().port}/below/` };
  routes = await import("../../../assets/js/core/routes.js");
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("addresses lie below the page, and names are quoted", () => {
  const { address } = routes;
  assert.equal(address.run("a b/c", "points"), `${document.baseURI}gradio_api/x/run/a%20b%2Fc/points`);
  assert.match(address.sound({ upload: "t" }, "clip"), /\/upload\/t\/clip$/);
  assert.match(address.sound({ fingerprint: "f", index: 4 }, "clip"), /\/clip\/f\/4$/);
  assert.match(address.pictures("f", [3, 1]), /\/pictures\/f\?of=3,1$/);
});

test("each sound has one key", () => {
  const { sameSound, soundKey } = routes;
  assert.equal(soundKey({ fingerprint: "f", index: 0 }), "f:0");
  assert.equal(soundKey({ upload: "f" }), "u:f");
  assert.equal(soundKey(null), "");
  assert.ok(sameSound({ fingerprint: "f", index: 1 }, { fingerprint: "f", index: 1, label: "dog" }));
  assert.ok(!sameSound({ fingerprint: "f", index: 1 }, { fingerprint: "f", index: 11 }));
});

test("base64 becomes bytes", () => {
  assert.deepEqual([...routes.bytesOf(Buffer.from([0, 127, 128, 255]).toString("base64"))], [0, 127, 128, 255]);
});

test("an answer is read", async () => {
  assert.deepEqual(await routes.fetchJson(routes.address.run("r", "points")), { n: 3 });
  assert.equal((await routes.fetchBytes(routes.address.sound({ upload: "t" }, "clip"))).byteLength, 3);
});

test("a refusal is the server's sentence and its status", async () => {
  const { address, fetchJson } = routes;
  await assert.rejects(fetchJson(address.run("r", "baselines")), { message: "There is no such run.", status: 404 });
  await assert.rejects(fetchJson(address.run("r", "broken")), { message: "The server answered 500.", status: 500 });
});

test("a request that nobody answers is given up, and the sentence says what was waited for", async () => {
  const { address, fetchJson } = routes;
  const slow = { seconds: 0.05 };
  const message = "The server did not send the method's picture within 0.05 seconds.";
  await assert.rejects(fetchJson(address.run("r", "lens"), slow), { message });
  const half = "The server did not send the nearest clips within 0.05 seconds.";
  await assert.rejects(fetchJson(address.run("r", "neighbours/40/7"), slow), { message: half });
  const { signal } = new AbortController(); // that nobody uses takes no limit away
  await assert.rejects(fetchJson(address.run("r", "lens"), { ...slow, signal }), { message });
});

test("a request that is called off ends as such", async () => {
  const calling = new AbortController();
  const waiting = routes.fetchJson(routes.address.run("r", "lens"), { signal: calling.signal });
  calling.abort();
  await assert.rejects(waiting, { name: "AbortError" });
});

test("a server that is gone is told as such", async () => {
  await assert.rejects(routes.fetchJson("http://127.0.0.1:1/gradio_api/x/run/r/news"), {
    message: "The page's server does not answer.",
  });
});
