import { createHash } from 'node:crypto';

/** A hash over everything that happened, in order: equal hashes mean equal runs. */
export class Trace {
  readonly #hash = createHash('sha256');
  #events = 0;

  get events(): number {
    return this.#events;
  }

  note(atMs: number, tag: string, detail: string = ''): void {
    this.#events += 1;
    this.#hash.update(`${atMs}\t${tag}\t${detail}\n`);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
