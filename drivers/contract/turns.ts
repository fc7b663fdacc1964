/** Lets one piece of work be done after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    // Whoever waits for it waits for its end, however it ends.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
