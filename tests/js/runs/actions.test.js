import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Actions } from "../../../assets/js/runs/actions.js";

/** A part as Gradio hands it to its module. */
function part() {
  const made = { props: {}, sent: [], trigger: (name, detail) => made.sent.push([name, detail]) };
  made.watch = (_, call) => {
    made.answer = (value) => {
      made.props.value = value;
      call();
    };
  };
  return made;
}

test("each question has its own answer", async () => {
  const own = part();
  const actions = new Actions(own);
  const [first, second] = [actions.ask("star", { run: "a" }), actions.ask("remove", { runs: ["b"] })];
  assert.deepEqual(own.sent[1], ["remove", { runs: ["b"], asked: 2 }]);
  own.answer({ asked: 2, trouble: "It is being trained." });
  own.answer({ asked: 1, trouble: "" });
  assert.deepEqual(await Promise.all([first, second]), ["", "It is being trained."]);
});

test("a question that nobody answers ends in a sentence", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = new Actions(part()).ask("remove", { runs: ["a"] });
  mock.timers.tick(100_000);
  assert.match(await asked, /server does not answer/);
  mock.timers.reset();
});
