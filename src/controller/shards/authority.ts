import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import { renewedAfter, type Timings } from '../../../machines/timings/timings.ts';

export interface AuthorityOptions {
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'authorityMs' | 'authorityLapseMs'>;
  /** Writes the shard's record anew, under a term above this one; true where it was still this controller's. */
  readonly renew: (shard: number, above: number) => Promise<boolean>;
}

interface Held {
  /** Until when this controller's own authority lasts. */
  until: MonotonicMs;
  /** Until when a controller that had the shard before may believe that it still has it. */
  readonly othersUntil: MonotonicMs;
  /** A term that somebody else has had, as far as is known. */
  above: number;
  renewing: Promise<boolean> | null;
}

/** The distant past. */
const never = 0 as MonotonicMs;

/**
 * A judge's authority over the leases of a shard is itself a lease (rule R14 of docs/binding.md): it lasts so
 * long after the last write of the shard's record that succeeded, counted from when that was sent. A
 * controller that has lost a shard, and does not hear of it, stops giving leases by that. It is
 * renewed only where somebody asks for it, because most shards have nothing that is served under a lease.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #shards = new Map<number, Held>();

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /**
   * The shard was claimed by a write that was sent at `sentAt` and is known now. `clean`: who had it before has let
   * go of it himself.
   */
  claimed(shard: number, sentAt: MonotonicMs, clean: boolean): void {
    const { clock, timings } = this.#options;
    this.#shards.set(shard, {
      until: (sentAt + timings.authorityMs) as MonotonicMs,
      othersUntil: clean
        ? never
        : ((clock.monotonicMs() + timings.authorityLapseMs) as MonotonicMs),
      above: 0,
      renewing: null,
    });
  }

  dropped(shard: number): void {
    this.#shards.delete(shard);
  }

  /** May leases be given in this very moment? Renews it in time, as long as somebody goes on asking. */
  holds(shard: number): boolean {
    const held = this.#shards.get(shard);
    if (held === undefined) return false;
    const { clock, timings } = this.#options;
    const leftMs = held.until - clock.monotonicMs();
    if (leftMs < (1 - renewedAfter) * timings.authorityMs) void this.#renewed(shard, held);
    return leftMs > 0;
  }

  /** Resolves with whether it holds, after a renewal where it had run out. */
  async obtain(shard: number): Promise<boolean> {
    const held = this.#shards.get(shard);
    if (held !== undefined && !this.holds(shard)) await this.#renewed(shard, held);
    return this.holds(shard);
  }

  /**
   * A record names this term, which is none of this controller's: it has lost the shard, or the store has lost that
   * somebody else had it. Resolves with whether it is its own, under a later term from now on.
   */
  async outdo(shard: number, term: number): Promise<boolean> {
    const held = this.#shards.get(shard);
    if (held === undefined) return false;
    held.above = Math.max(held.above, term);
    if (held.renewing !== null) await held.renewing;
    return await this.#renewed(shard, held);
  }

  /** Until when somebody else may give leases in the shard; the past where nobody can. */
  othersUntil(shard: number): MonotonicMs {
    return this.#shards.get(shard)?.othersUntil ?? never;
  }

  #renewed(shard: number, held: Held): Promise<boolean> {
    held.renewing ??= this.#renew(shard, held).finally(() => {
      held.renewing = null;
    });
    return held.renewing;
  }

  async #renew(shard: number, held: Held): Promise<boolean> {
    const { clock, timings, renew } = this.#options;
    const sentAt = clock.monotonicMs();
    const renewed = await renew(shard, held.above);
    // Somebody else has written the record: there is nothing left to rely on.
    held.until = renewed ? ((sentAt + timings.authorityMs) as MonotonicMs) : never;
    return renewed;
  }
}
