import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { ServerAnswers } from "../../../assets/js/core/server_answers.js";

let server, root, heard, asked;

before(async () => {
  server = createServer(async (request, reply) => {
    const { url } = request;
    if (url === "/none") return reply.writeHead(404).end('{"detail": "There is no such run."}');
    if (url === "/broken") return reply.writeHead(500).end("not JSON");
    if (url === "/much") return reply.writeHead(413, { "Content-Type": "text/plain" }).end("This is too much at once.");
    if (url === "/page") return reply.writeHead(502, { "Content-Type": "text/plain" }).end("x".repeat(301));
    if (url === "/half") return void reply.write('{"neighbours":'); // and no more
    if (url === "/never") return;
    asked += 1;
    heard = [request.method, request.headers["content-type"], (await request.toArray()).join("")];
    reply.end("[1]");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${server.address().port}/`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("what the server is told is sent as JSON, and its answer is read", async () => {
  const answers = new ServerAnswers(root);
  assert.deepEqual(await answers.send("told", "the tags", { row: "a" }), [1]);
  assert.deepEqual(heard, ["POST", "application/json", '{"row":"a"}']);
  assert.equal(await (await answers.file("told", "the file", {})).text(), "[1]");
  assert.deepEqual(await answers.slow("asked", "the views"), [1]);
  assert.equal(heard[0], "GET");
});

test("what several parts ask for at once is asked for once, and what one of them changes is no other's", async () => {
  const answers = new ServerAnswers(root);
  asked = 0;
  const [own, other] = await Promise.all([
    answers.shared("asked", "the clips").then((answer) => answer.push(2) && answer),
    answers.shared("asked", "the clips"),
  ]);
  assert.deepEqual([own, other, asked], [[1, 2], [1], 1]);
  assert.deepEqual(await answers.shared("asked", "the clips"), [1]);
  assert.equal(asked, 2);
});

test("a refusal is the server's sentence and its status", async () => {
  const answers = new ServerAnswers(root);
  await assert.rejects(answers.json("none", "it"), { message: "There is no such run.", status: 404 });
  await assert.rejects(answers.bytes("broken", "it"), { message: "The server answered 500.", status: 500 });
});

test("what stands before the routes refuses in plain words, which are told", async () => {
  await assert.rejects(new ServerAnswers(root).json("much", "it"), {
    message: "This is too much at once.",
    status: 413,
  });
  await assert.rejects(new ServerAnswers(root).json("page", "it"), { message: "The server answered 502." });
});

test("a question that nobody answers is given up, and the sentence says what was waited for", async () => {
  const hasty = new ServerAnswers(root, { json: 0.05, bytes: 0.06, file: 0.07 });
  const late = (what, seconds) => ({ message: `The server did not send ${what} within ${seconds} seconds.` });
  await assert.rejects(hasty.shared("never", "the steps"), late("the steps", 0.05));
  await assert.rejects(hasty.json("half", "the nearest clips"), late("the nearest clips", 0.05));
  await assert.rejects(hasty.slow("never", "the views"), late("the views", 0.06));
  await assert.rejects(hasty.file("never", "the file", {}), late("the file", 0.07));
});

test("a server that is gone is told as such", async () => {
  const gone = new ServerAnswers("http://127.0.0.1:1/");
  await assert.rejects(gone.json("runs", "it"), { message: "The page's server does not answer." });
});
