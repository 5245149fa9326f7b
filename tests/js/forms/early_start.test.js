import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
let starts = 0;
document.getElementById = () => ({ click: () => starts++ });
await import("../../../assets/js/forms/early_start.js");
const form = await import("../../../assets/js/forms/new_run.js");

/** Presses the button of that name, for the how manieth time at once; whether Gradio, which listens behind the page, hears of it. */
function press(name, detail = 1) {
  let heard = false;
  const event = new Event("click", { cancelable: true });
  Object.defineProperty(event, "detail", { value: detail });
  Object.defineProperty(event, "target", { value: { closest: (selector) => selector === `#${name}` || null } });
  const gradio = () => {
    heard = true;
  };
  document.addEventListener("click", gradio);
  document.dispatchEvent(event);
  document.removeEventListener("click", gradio);
  return heard;
}
const soon = () => new Promise((done) => setTimeout(done));

test("a start that is pressed before its form is filled is kept, and made once when it is", async () => {
  assert.equal(press("start"), false);
  assert.equal(press("start"), false);
  assert.equal(form.newRun.start, "awaited");
  form.hold({ data: "digits" });
  await soon();
  assert.equal(starts, 0);
  form.hold({ method: "SimCLR" });
  await soon();
  assert.equal(starts, 1);
  assert.equal(form.newRun.start, "");
  form.hold({ method: "BYOL" });
  await soon();
  assert.equal(starts, 1);
});

test("the second and third press of a double and a triple click start nothing", () => {
  assert.equal(press("start", 2), false);
  assert.equal(press("start", 3), false);
  assert.equal(press("else", 2), true);
});

test("any later press, and any other button, is Gradio's", () => {
  assert.equal(press("start"), true);
  form.hold({ method: "" });
  assert.equal(press("else"), true);
  assert.equal(form.newRun.start, "");
});

test("a form that stays empty for a minute has no server: nothing is started then, until it is asked for once more", async (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout"] });
  const before = starts;
  form.hold({ method: "" });
  press("start");
  mock.timers.tick(50_000);
  press("start"); // which begins no other minute
  assert.equal(form.newRun.start, "awaited");
  mock.timers.tick(10_000);
  assert.equal(form.newRun.start, "given up");
  form.hold({ method: "SimCLR" });
  mock.timers.runAll();
  assert.deepEqual([form.newRun.start, starts], ["", before]);
  form.hold({ method: "" });
  press("start");
  form.hold({ method: "SimCLR" });
  mock.timers.tick(70_000);
  assert.deepEqual([form.newRun.start, starts], ["", before + 1]);
});
