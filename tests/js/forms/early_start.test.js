import assert from "node:assert/strict";
import { test } from "node:test";
import { pretendPage } from "../support.js";

pretendPage();
let starts = 0;
document.getElementById = () => ({ click: () => starts++ });
await import("../../../assets/js/forms/early_start.js");
const form = await import("../../../assets/js/forms/new_run.js");

/** Presses the button of that name; whether Gradio, which listens behind the page, hears of it. */
function press(name) {
  let heard = false;
  const event = new Event("click", { cancelable: true });
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
  assert.equal(form.newRun.awaited, true);
  form.hold({ data: "digits" });
  await soon();
  assert.equal(starts, 0);
  form.hold({ method: "SimCLR" });
  await soon();
  assert.equal(starts, 1);
  assert.equal(form.newRun.awaited, false);
  form.hold({ method: "BYOL" });
  await soon();
  assert.equal(starts, 1);
});

test("any later press, and any other button, is Gradio's", () => {
  assert.equal(press("start"), true);
  form.hold({ method: "" });
  assert.equal(press("else"), true);
  assert.equal(form.newRun.awaited, false);
});
