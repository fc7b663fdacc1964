import { type Clock, delay, type MonotonicMs } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import { Limiter } from '../host/limiter.ts';
import { stopSignal } from '../host/stop-signal.ts';
import type { Store } from '../ports/store.ts';
import { isPassing, repeated } from './repeated.ts';
import type { TakenVips } from './taken-vips.ts';
import { readVipRecord } from './vip-record.ts';

/** How long after a failure a missing record is written again, and how many are at once: a store may lose very many. */
export const putBackRetryMs = 500;
const puttingBackMax = 16;
/** A load balancer that has an address on record, and does not exist this long after, is not just being created. */
export const creationGraceMs = 5_000;

export interface PutBackOptions {
  readonly store: Store;
  readonly taken: Pick<TakenVips, 'wrote' | 'unreserve'>;
  /** Whether there is such a load balancer, as far as this process knows. */
  readonly exists: (loadBalancerId: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A record that has to be there, and is not. */
interface Due {
  readonly value: string;
  /** Null where the record can't be read. */
  readonly loadBalancerId: string | null;
  /** The revision of what stands there instead and may go; null where nothing should. */
  onto: number | null;
  /** Whether its load balancer was there at any time: it may have been on record before it was. */
  existed: boolean;
  /** Who is on record instead, and does not exist, since when. */
  doubted: { readonly revision: number; readonly sinceMs: MonotonicMs } | null;
}

/**
 * Writes the records of addresses that the store has lost, again, until they are there. Where another load balancer
 * is on record for the address, it goes if it is known to be older, or if it does not exist.
 */
export class PutBack {
  readonly #options: PutBackOptions;
  readonly #due = new Map<string, Due>();
  readonly #limiter = new Limiter(puttingBackMax);
  readonly #closing = stopSignal();

  constructor(options: PutBackOptions) {
    this.#options = options;
  }

  /** `onto`: the revision of what is known to stand there, and to be older. */
  start(key: string, value: string, onto: number | null): void {
    const known = this.#due.get(key);
    if (known?.value === value) {
      known.onto = onto;
      return;
    }
    const loadBalancerId = readVipRecord(value)?.loadBalancerId ?? null;
    const due: Due = { value, loadBalancerId, onto, existed: false, doubted: null };
    this.#due.set(key, due);
    this.#settle(key, due).catch((err: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.#options.log.error({ err, key }, 'an address is on record for nobody');
    });
  }

  /** The load balancer has given its address back: nothing of it is written any more. */
  drop(key: string, loadBalancerId: string): void {
    const due = this.#due.get(key);
    if (due?.loadBalancerId !== loadBalancerId) return;
    this.#due.delete(key);
    this.#options.taken.unreserve(key, due.value);
  }

  close(): void {
    this.#closing.abort(new Error('the addresses are not kept any more'));
  }

  async #settle(key: string, due: Due): Promise<void> {
    while (this.#due.get(key) === due) {
      try {
        if (await this.#limiter.run(() => this.#attempt(key, due))) {
          if (this.#due.get(key) === due) this.#due.delete(key);
          return;
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await delay(this.#options.clock, putBackRetryMs, this.#closing.signal);
    }
  }

  /** True when there is nothing left to do. */
  async #attempt(key: string, due: Due): Promise<boolean> {
    const { store, random, taken } = this.#options;
    if (this.#isGone(due)) {
      taken.unreserve(key, due.value);
      return true;
    }
    const { value, onto } = due;
    const writeId = random.uuid();
    const result = await repeated(() =>
      onto === null ? store.create(key, value, writeId) : store.update(key, value, onto, writeId),
    );
    if (!result.committed) return this.#look(key, due);
    taken.wrote(key, result.revision, value);
    return true;
  }

  #isGone(due: Due): boolean {
    if (due.loadBalancerId === null) return false;
    const exists = this.#options.exists(due.loadBalancerId);
    if (exists) due.existed = true;
    return due.existed && !exists;
  }

  /** Something else is on record than was thought. True if it has to stay. */
  async #look(key: string, due: Due): Promise<boolean> {
    const { store, taken, log } = this.#options;
    const held = await store.get(key);
    if (held === null) {
      due.onto = null;
      return false;
    }
    const holder = readVipRecord(held.value)?.loadBalancerId ?? null;
    if (
      holder !== null &&
      holder !== due.loadBalancerId &&
      this.#mayGo(holder, held.revision, due)
    ) {
      return false;
    }
    if (holder === null) log.error({ key }, 'a VIP record is unreadable and was left alone');
    else if (holder !== due.loadBalancerId) {
      const loadBalancers = [holder, due.loadBalancerId];
      log.error({ key, loadBalancers }, 'two load balancers have the same address');
    }
    taken.wrote(key, held.revision, held.value);
    return true;
  }

  /** False for a load balancer that exists. One that does not may be just being created, and is given time for that. */
  #mayGo(holder: string, revision: number, due: Due): boolean {
    if (this.#options.exists(holder)) return false;
    const now = this.#options.clock.monotonicMs();
    if (due.doubted?.revision !== revision) due.doubted = { revision, sinceMs: now };
    else if (now - due.doubted.sinceMs >= creationGraceMs) due.onto = revision;
    return true;
  }
}
