/** Passes things on in the order of their numbers, however they come. */
export class InOrder<T> {
  readonly #waiting = new Map<number, T>();
  readonly #pass: (thing: T, number: number) => void;
  #next = 0;

  constructor(pass: (thing: T, number: number) => void) {
    this.#pass = pass;
  }

  put(number: number, thing: T): void {
    this.#waiting.set(number, thing);
    for (;;) {
      const next = this.#waiting.get(this.#next);
      if (next === undefined) return;
      this.#waiting.delete(this.#next);
      this.#pass(next, this.#next);
      this.#next += 1;
    }
  }
}
