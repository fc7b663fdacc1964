/** What is to be ended again: the latest first, and each, also where ending another one fails. */
export class Endings {
  readonly #all: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#all.push(end);
  }

  /** Rejects with what has failed, once everything was tried. What was tried is not tried again. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#all.pop(); end !== undefined; end = this.#all.pop()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '));
    if (failures.length > 0) throw failures[0];
  }
}
