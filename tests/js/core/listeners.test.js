import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { guarded, tellAll } from "../../../assets/js/core/listeners.js";

test("a listener that throws is reported once and starves no other", async () => {
  const errors = mock.method(console, "error", () => {});
  const heard = [];
  const throws = () => {
    throw new Error("broken");
  };
  const rejects = async () => {
    throw new Error("broken later");
  };
  const listeners = new Set([throws, rejects, (...news) => heard.push(news)]);
  tellAll(listeners, "a", 1);
  tellAll(listeners, "b", 2);
  await new Promise(setImmediate);
  assert.deepEqual(heard, [
    ["a", 1],
    ["b", 2],
  ]);
  assert.deepEqual(
    errors.mock.calls.map((call) => call.arguments[0].message),
    ["broken", "broken later"],
  );
  errors.mock.restore();
});

test("a listener may take itself away, or add another, while it is told", () => {
  const heard = [];
  const listeners = new Set();
  const once = () => {
    listeners.delete(once);
    listeners.add(() => heard.push("added"));
    heard.push("once");
  };
  listeners.add(once);
  tellAll(listeners);
  assert.deepEqual(heard, ["once"]);
});

test("what is guarded is waited for", async () => {
  let done = false;
  await guarded(async () => {
    await null;
    done = true;
  });
  assert.ok(done);
});
