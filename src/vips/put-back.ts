import { type Clock, delay, type MonotonicMs } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import { Limiter } from '../host/limiter.ts';
import { stopSignal } from '../host/stop-signal.ts';
import type { Store, StoreEntry } from '../ports/store.ts';
import { isPassing, repeated } from './repeated.ts';
import type { TakenVips } from './taken-vips.ts';
import { readVipRecord } from './vip-record.ts';

/** How long after a failure a missing record is written again, and how many are at once: a store may lose very many. */
export const putBackRetryMs = 500;
const puttingBackMax = 16;
/** A load balancer that has an address on record, and does not exist this long after, is not just being created. */
export const creationGraceMs = 5_000;

/** Which load balancers there are. */
export interface LoadBalancers {
  /** As far as this process knows, which may be behind. */
  readonly knows: (loadBalancerId: string) => boolean;
  readonly isOnRecord: (loadBalancerId: string) => Promise<boolean>;
}

export interface PutBackOptions {
  readonly store: Store;
  readonly taken: Pick<TakenVips, 'wrote' | 'unreserve'>;
  readonly loadBalancers: LoadBalancers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What is known of a record that has to be there. */
export interface Lost {
  /** Its load balancer exists: one that does not any more has no use for it. Others may be just being created. */
  readonly existed: boolean;
  /** The revision of what stands there instead, and is known to be older. */
  readonly older?: number;
}

interface Due extends Lost {
  readonly value: string;
  /** Null where the record can't be read. */
  readonly loadBalancerId: string | null;
  /** Who is on record instead, and does not exist, since when. */
  doubted: { readonly revision: number; readonly sinceMs: MonotonicMs } | null;
  /** Its load balancer has given the address back. */
  isDropped: boolean;
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

  start(key: string, value: string, lost: Lost): void {
    const loadBalancerId = readVipRecord(value)?.loadBalancerId ?? null;
    const due: Due = { ...lost, value, loadBalancerId, doubted: null, isDropped: false };
    this.#due.set(key, due);
    this.#settle(key, due)
      .catch((err: unknown) => {
        if (this.#closing.signal.aborted) return;
        this.#options.log.error({ err, key }, 'an address is on record for nobody');
      })
      .finally(() => {
        if (this.#isDue(key, due)) this.#due.delete(key);
      });
  }

  /** The load balancer gives its address back: what is written of it all the same is removed at once. */
  drop(key: string, loadBalancerId: string): void {
    const due = this.#due.get(key);
    if (due?.loadBalancerId !== loadBalancerId) return;
    due.isDropped = true;
    this.#due.delete(key);
    this.#options.taken.unreserve(key);
  }

  close(): void {
    this.#closing.abort(new Error('the addresses are not kept any more'));
  }

  #isDue(key: string, due: Due): boolean {
    return this.#due.get(key) === due;
  }

  async #settle(key: string, due: Due): Promise<void> {
    while (this.#isDue(key, due)) {
      try {
        if (await this.#limiter.run(() => this.#attempt(key, due))) return;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await delay(this.#options.clock, putBackRetryMs, this.#closing.signal);
    }
  }

  /** True when there is nothing left to do. */
  async #attempt(key: string, due: Due): Promise<boolean> {
    const { store, taken } = this.#options;
    const { existed, older } = due;
    if (existed && !(await this.#exists(due))) {
      if (this.#isDue(key, due)) taken.unreserve(key);
      return true;
    }
    const held = await store.get(key);
    if (held === null || held.revision === older) return this.#write(key, due, held);
    if (await this.#hasToStay(key, held, due)) {
      if (this.#isDue(key, due)) taken.wrote(key, held.revision, held.value);
      return true;
    }
    // Who does not exist is given time before he is overwritten.
    return this.#isOver(held, due) ? this.#write(key, due, held) : false;
  }

  async #hasToStay(key: string, { value }: StoreEntry, due: Due): Promise<boolean> {
    const { loadBalancers, log } = this.#options;
    const holder = readVipRecord(value)?.loadBalancerId ?? null;
    if (holder === due.loadBalancerId) return true;
    if (holder === null) {
      log.error({ key }, 'a VIP record is unreadable and was left alone');
      return true;
    }
    // Of two that don't exist, the one on record is as good as the other.
    if (!(await this.#exists(due))) return true;
    if (!loadBalancers.knows(holder) && !(await loadBalancers.isOnRecord(holder))) return false;
    log.error(
      { key, loadBalancers: [holder, due.loadBalancerId] },
      'two load balancers have the same address',
    );
    return true;
  }

  async #exists({ loadBalancerId }: Due): Promise<boolean> {
    return loadBalancerId !== null && this.#options.loadBalancers.isOnRecord(loadBalancerId);
  }

  /** Has it been known for long enough that the load balancer on record does not exist? */
  #isOver({ revision }: StoreEntry, due: Due): boolean {
    const now = this.#options.clock.monotonicMs();
    if (due.doubted?.revision !== revision) due.doubted = { revision, sinceMs: now };
    return now - due.doubted.sinceMs >= creationGraceMs;
  }

  async #write(key: string, due: Due, onto: StoreEntry | null): Promise<boolean> {
    const { store, random, taken } = this.#options;
    const { value } = due;
    const writeId = random.uuid();
    const result = await repeated(() =>
      onto === null
        ? store.create(key, value, writeId)
        : store.update(key, value, onto.revision, writeId),
    );
    // Somebody else was faster, and what he wrote is looked at.
    if (!result.committed) return false;
    if (due.isDropped) await this.#remove(key, result.revision);
    else taken.wrote(key, result.revision, value);
    return true;
  }

  /** It was given back while it was being written. */
  async #remove(key: string, revision: number): Promise<void> {
    const { store, random } = this.#options;
    const writeId = random.uuid();
    await repeated(() => store.remove(key, revision, writeId));
  }
}
