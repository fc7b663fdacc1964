import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { removeUntilKnown } from '../../host/commit.ts';
import { Retries } from '../../host/retries.ts';
import { stopSignal } from '../../host/stop-signal.ts';
import { type Stores, StoreUnavailable } from '../../ports/store.ts';

export interface LeftoversOptions {
  readonly stores: Pick<Stores, 'desired' | 'binding'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly nonce: string;
  /** Does this controller know of no desired record? */
  readonly isGone: (id: string) => boolean;
}

/**
 * Binding records without a desired one. A deletion removes the binding record first, so the store has
 * lost that removal where the desired record is known to have been removed: then it goes as well. Where
 * the desired record is only missing, the store has lost a creation, and what is known of the device's
 * epochs is kept.
 */
export class Leftovers {
  readonly #options: LeftoversOptions;
  readonly #abort = stopSignal();
  readonly #retries: Retries;
  #writes = 0;

  constructor(options: LeftoversOptions) {
    this.#options = options;
    const { clock, timings } = options;
    this.#retries = new Retries({ clock, ...timings, signal: this.#abort.signal });
  }

  found(id: string, revision: number): void {
    this.#remove(id, revision).catch((err: unknown) => {
      if (this.#abort.signal.aborted) return;
      this.#options.log.error({ err, loadBalancer: id }, 'a binding record is left over');
    });
  }

  stop(): void {
    this.#abort.abort(new Error('the controller is stopping'));
  }

  async #remove(id: string, revision: number): Promise<void> {
    const { stores, log, nonce } = this.#options;
    if (!(await this.#wasDeleted(id))) return;
    this.#writes += 1;
    const write = `${nonce}-leftover-${this.#writes}`;
    // A refusal: somebody else has removed it, or has more to say about it.
    await removeUntilKnown(
      stores.binding,
      { key: id, revision, write },
      { log, retries: this.#retries },
    );
  }

  async #wasDeleted(id: string): Promise<boolean> {
    const { isGone } = this.#options;
    for (let attempt = 0; isGone(id); attempt += 1) {
      const wasRemoved = await this.#wasRemoved(id);
      if (wasRemoved !== null) return wasRemoved;
      await this.#retries.rest(attempt);
    }
    return false;
  }

  /** Null where whoever answers can't tell: without a leader, or with one that still has what is gone, and is behind. */
  async #wasRemoved(id: string): Promise<boolean | null> {
    const { desired } = this.#options.stores;
    try {
      if (await desired.wasRemoved(id)) return true;
      return (await desired.get(id)) === null ? false : null;
    } catch (error) {
      if (error instanceof StoreUnavailable) return null;
      throw error;
    }
  }
}
