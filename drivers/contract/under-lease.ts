import type { Clock } from '../../machines/ports/clock.ts';
import type { Applied, Driver } from './driver.ts';
import { RetryableError } from './errors.ts';
import { Lease } from './lease.ts';
import type { Leasing } from './leasing.ts';
import type { Target } from './target.ts';

/**
 * The driver of a device that refuses nobody (fence `none`), as its agent uses it: what is written is begun
 * under the agent's lease only, and others wait for the end of that. Nothing recalls a call that was on its
 * way when the lease ended, so it may still arrive after those of the next holder: this is what a device
 * without a fence is exposed to, and what the read-back of the next holder puts right.
 */
export function underLease(driver: Driver, clock: Clock): Driver & { readonly leasing: Leasing } {
  const calls = new LeasedCalls(clock);
  return {
    ...driver,
    leasing: {
      renew: (until) => Promise.resolve(calls.lease.prolong(until)),
      drop: (commanded) => Promise.resolve(calls.drop(commanded)),
      release: (target) => calls.release(target),
    },
    apply: (target) => calls.apply(target, () => driver.apply(target)),
    // What is removed is removed for good, so it does no harm by whichever epoch it is.
    remove: (target) => calls.underWay(target.id, () => driver.remove(target)),
  };
}

class LeasedCalls {
  readonly lease: Lease;
  /** What was begun under this lease, by its newest epoch. */
  readonly #begun = new Map<string, number>();
  /** By which epoch others have taken over what was let go of. */
  readonly #released = new Map<string, number>();
  readonly #underWay = new Map<string, Set<Promise<unknown>>>();

  constructor(clock: Clock) {
    this.lease = new Lease(clock);
  }

  async apply({ id, epoch }: Target, call: () => Promise<Applied>): Promise<Applied> {
    const released = this.#released.get(id) ?? 0;
    if (epoch < released) {
      const message = `it was let go of, because epoch ${released} takes it over`;
      throw new RetryableError(message, { reach: 'not asked' });
    }
    this.lease.admit(id, epoch);
    this.#released.delete(id);
    this.#begun.set(id, Math.max(epoch, this.#begun.get(id) ?? 0));
    return await this.underWay(id, call);
  }

  async underWay<T>(id: string, call: () => Promise<T>): Promise<T> {
    const calls = this.#underWay.get(id) ?? new Set();
    const own = call();
    this.#underWay.set(id, calls.add(own));
    try {
      return await own;
    } finally {
      calls.delete(own);
      if (calls.size === 0 && this.#underWay.get(id) === calls) this.#underWay.delete(id);
    }
  }

  drop(commanded: Iterable<readonly [id: string, epoch: number]>): void {
    // What was let go of may still wait for its turn, and its agent has forgotten it.
    const letGo = [...this.#released].map(([id, epoch]) => [id, epoch - 1] as const);
    this.lease.end([...this.#begun, ...commanded, ...letGo]);
    this.#begun.clear();
    this.#released.clear();
  }

  async release({ id, epoch }: { readonly id: string; readonly epoch: number }): Promise<void> {
    this.#released.set(id, Math.max(epoch, this.#released.get(id) ?? 0));
    await Promise.allSettled([...(this.#underWay.get(id) ?? [])]);
  }
}
