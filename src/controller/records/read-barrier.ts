import type { Clock } from '../../../machines/ports/clock.ts';
import { type Store, StoreUnavailable } from '../../ports/store.ts';
import { type Mirror, MirrorBehind } from './mirror.ts';

/** A bucket, and what this controller knows of it. */
export interface Mirrored {
  readonly store: Pick<Store, 'newest'>;
  readonly mirror: Pick<Mirror<unknown>, 'reached'>;
}

/**
 * Lets reads wait until this controller knows all that any controller has acknowledged before, so
 * that clients who are sent from one controller to the next never see the past.
 */
export class ReadBarrier {
  readonly #buckets: readonly Mirrored[];
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #round: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | null = null;

  constructor(buckets: readonly Mirrored[], clock: Clock, patienceMs: number) {
    this.#buckets = buckets;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /**
   * False where the store does not tell in time. One question serves all who came before it was
   * asked, and nobody who came later.
   */
  pass(): Promise<boolean> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<boolean> {
    await this.#round;
    this.#next = null;
    const round = this.#ask();
    this.#round = round.catch(() => undefined);
    return round;
  }

  #ask(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(this.#patienceMs, () => resolve(false));
      Promise.all(this.#buckets.map((each) => this.#reached(each)))
        .then(
          () => resolve(true),
          (error: unknown) => {
            const passing = error instanceof StoreUnavailable || error instanceof MirrorBehind;
            if (passing) resolve(false);
            else reject(error instanceof Error ? error : new Error(String(error)));
          },
        )
        .finally(() => this.#clock.clearTimer(timer));
    });
  }

  async #reached({ store, mirror }: Mirrored): Promise<void> {
    await mirror.reached(await store.newest(), this.#patienceMs);
  }
}
