/** Lets one piece of work run at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    // Whoever waits for it waits for its end, however it ends.
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
