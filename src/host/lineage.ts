/** Far more than an actor writes within the time that a store may lose. */
const rememberedMax = 64;

/**
 * The newest writes of a record that are known here. Where a store has lost some, an older record that
 * is known can be replaced by what came after it; any other was written by somebody who knew no better.
 */
export class Lineage {
  readonly #writes: string[] = [];

  note(write: string): void {
    if (this.#writes.at(-1) === write) return;
    this.#writes.push(write);
    if (this.#writes.length > rememberedMax) this.#writes.shift();
  }

  knows(write: string): boolean {
    return this.#writes.includes(write);
  }
}
