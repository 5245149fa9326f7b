// Answers that are kept for the next time, the last of them, by a key. One that failed is asked for again.

/** @template Answer */
export class Recent {
  /** @param {number} most */
  constructor(most) {
    this.most = most;
    /** @type {Map<string, Promise<Answer>>} */
    this.answers = new Map(); // that which was wanted last comes last
  }

  /**
   * @param {string} key
   * @param {() => Promise<Answer>} ask
   */
  get(key, ask) {
    const { answers, most } = this;
    const answer = answers.get(key) ?? ask();
    answers.delete(key);
    answers.set(key, answer);
    answer.catch(() => answers.get(key) === answer && answers.delete(key)); // it may have been asked for anew meanwhile
    for (const oldest of answers.keys()) if (answers.size > most) answers.delete(oldest);
    return answer;
  }
}
