import { createHash } from 'node:crypto';

/** A hash over everything that happened, in order: equal hashes mean equal runs. */
export class Trace {
  readonly #hash = createHash('sha256');
  /** Hashed in pieces, because a call for each line costs more than the hash. */
  #pending = '';
  #events = 0;
  readonly #keep: ((line: string) => void) | null;

  /** `keep` is given each line as JSON, for a file. */
  constructor(keep: ((line: string) => void) | null = null) {
    this.#keep = keep;
  }

  get events(): number {
    return this.#events;
  }

  note(atMs: number, tag: string, detail: string = ''): void {
    this.#events += 1;
    this.#pending += `${atMs}\t${tag}\t${detail}\n`;
    if (this.#pending.length > 65_536) this.#flush();
    this.#keep?.(JSON.stringify({ atMs, tag, detail }));
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}
