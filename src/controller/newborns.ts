import type { Clock, Timer } from '../../machines/ports/clock.ts';

export interface NewbornsOptions {
  readonly clock: Clock;
  /** As long as an agent that lives and holds one may take to say so. */
  readonly quietMs: number;
  /** Nobody has claimed it meanwhile. */
  readonly settled: (id: string) => void;
}

/**
 * Load balancers that have no binding record, and whose creation this controller has not seen. Nobody may
 * have been bound yet; or the store has lost who was, and then that one still serves it. They are not
 * placed before agents had the time to claim what they hold (R9).
 */
export class Newborns {
  readonly #options: NewbornsOptions;
  readonly #timers = new Map<string, Timer>();

  constructor(options: NewbornsOptions) {
    this.#options = options;
  }

  add(id: string): void {
    if (this.#timers.has(id)) return;
    const { clock, quietMs, settled } = this.#options;
    const timer = clock.setTimer(quietMs, () => {
      this.#timers.delete(id);
      settled(id);
    });
    this.#timers.set(id, timer);
  }

  has(id: string): boolean {
    return this.#timers.has(id);
  }

  forget(id: string): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) this.#options.clock.clearTimer(timer);
    this.#timers.delete(id);
  }

  stop(): void {
    for (const id of [...this.#timers.keys()]) this.forget(id);
  }
}
