// What is asked of the server from the table of runs, each answered by the part's value.

/** @import { PartWith, RunTableValue } from "../core/types.d.ts" */

const ANSWER_MS = 60_000; // many runs are deleted in less
const UNANSWERED = "The page's server does not answer; look at the list once more before you try again.";

export class Actions {
  /** @param {PartWith<unknown, RunTableValue>} part */
  constructor({ props, trigger, watch }) {
    this.trigger = trigger;
    this.asked = 0;
    /** @type {Map<number, (trouble: string) => void>} */
    this.waiting = new Map();
    watch("value", () => {
      const { asked = 0, trouble = "" } = props.value ?? {};
      this.answer(asked, trouble);
    });
  }

  /**
   * What came of it: "" where it was done, else why it was not.
   * @param {"star" | "rename" | "remove"} name
   * @param {object} detail
   * @returns {Promise<string>}
   */
  ask(name, detail) {
    const asked = ++this.asked;
    return new Promise((settle) => {
      const limit = setTimeout(() => this.answer(asked, UNANSWERED), ANSWER_MS);
      this.waiting.set(asked, (trouble) => {
        clearTimeout(limit);
        settle(trouble);
      });
      this.trigger(name, { ...detail, asked });
    });
  }

  /**
   * Once; what comes later tells nobody anything.
   * @param {number} asked
   * @param {string} trouble
   */
  answer(asked, trouble) {
    this.waiting.get(asked)?.(trouble);
    this.waiting.delete(asked);
  }
}
