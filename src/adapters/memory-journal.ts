import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

/** The journal's twin: what survives is the object, which outlives the agent as the disk does. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, string>();
  readonly #clock: Clock;
  readonly #delayMs: () => number;

  /** `delayMs` is how long a save takes to reach the disk; an agent killed before has not saved. */
  constructor(clock: Clock, options: { delayMs?: () => number } = {}) {
    this.#clock = clock;
    this.#delayMs = options.delayMs ?? (() => 0);
  }

  load(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#entries));
  }

  async save(key: string, value: string | null): Promise<void> {
    await delay(this.#clock, this.#delayMs());
    if (value === null) this.#entries.delete(key);
    else this.#entries.set(key, value);
  }
}
