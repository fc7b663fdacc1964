import type { Driver } from '../../drivers/contract/driver.ts';
import type { Leasing } from '../../drivers/contract/leasing.ts';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { Vouching } from '../witness/vouching.ts';

export interface LeaseOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'leaseMs'>;
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Its witnesses, who carry it on while its judge is silent; it just ends without them (R17). */
  readonly vouching?: Vouching;
}

/**
 * An agent's lease: it lasts from the sending of a heartbeat that was acknowledged (R13). Drivers whose
 * load balancers are served under it are told of each renewal. An incarnation is one unbroken lease for
 * them (R12): once it has ended, no acknowledgement brings it back.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #leasing: readonly (readonly [string, Leasing])[];
  #from: MonotonicMs;
  /** As `#from`, of what a judge has acknowledged. */
  #heardFrom: MonotonicMs;
  #incarnation = 0;
  /** The incarnation with which it ended last. */
  #endedWith = 0;
  #term = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#from = options.clock.monotonicMs();
    this.#heardFrom = this.#from;
    this.#leasing = [...options.drivers].flatMap(([name, { leasing }]) =>
      leasing === undefined ? [] : [[name, leasing] as const],
    );
  }

  /** Is anything here served only as long as it lasts? */
  get isServedUnder(): boolean {
    return this.#leasing.length > 0;
  }

  get lasts(): boolean {
    return this.#isWithin(this.#from);
  }

  /** Would it last by the word of judges alone? Who is not heard by them can't be commanded, either. */
  get isHeard(): boolean {
    return this.#isWithin(this.#heardFrom);
  }

  /** When the question was sent that a judge has answered last. */
  get heardFrom(): MonotonicMs {
    return this.#heardFrom;
  }

  /** The newest term of a judge that has given this incarnation a lease. */
  get term(): number {
    return this.#term;
  }

  /** Is it a judge of today's that acknowledges? Its successor may have told already that the lease ended. */
  heeds(term: number): boolean {
    return !this.isServedUnder || term >= this.#term;
  }

  /** A new one: a judge of this term has registered the incarnation by a request that was sent at this moment. */
  begin(sentAt: MonotonicMs, incarnation: number, term: number): void {
    this.#incarnation = incarnation;
    this.acknowledged(sentAt, term);
    if (this.isServedUnder) this.#options.vouching?.begin(incarnation, this);
  }

  /** Acknowledged; false where it had ended before, and must not go on. */
  renew(sentAt: MonotonicMs, term: number): boolean {
    if (this.isServedUnder && !this.lasts) return false;
    this.acknowledged(sentAt, term);
    return true;
  }

  /** Witnesses have promised it, when asked at this moment; false where it had ended before. */
  extend(askedAt: MonotonicMs): boolean {
    if (this.hasEnded(this.#incarnation) || !this.lasts) return false;
    this.#go(askedAt);
    return true;
  }

  /** The judge waits for the next incarnation until then: what is served goes on meanwhile. */
  async keep(until: MonotonicMs): Promise<void> {
    await Promise.all(this.#leasing.map(([driver, leasing]) => this.#told(driver, leasing, until)));
  }

  /** Is that incarnation over, although there may be no new one yet? */
  hasEnded(incarnation: number): boolean {
    return incarnation === this.#endedWith;
  }

  /**
   * This incarnation is over: what is served under its lease ends, before anybody hears of a new one, and what it was
   * commanded by these epochs is not begun under the next lease.
   */
  async end(
    incarnation: number,
    commanded: Iterable<readonly [id: string, epoch: number]>,
  ): Promise<void> {
    const { log } = this.#options;
    this.#endedWith = incarnation;
    this.stop();
    await Promise.all(
      this.#leasing.map(async ([driver, leasing]) => {
        try {
          await leasing.drop(commanded);
        } catch (error) {
          // The host ends it by itself when the lease has run out, and nobody else starts before.
          log.error({ driver, err: error }, 'what was served under a lease was not ended');
        }
      }),
    );
  }

  /** Nobody is asked any more to carry it on. */
  stop(): void {
    this.#options.vouching?.stop();
  }

  protected acknowledged(sentAt: MonotonicMs, term: number): void {
    this.#heardFrom = sentAt;
    this.#term = term;
    this.#go(sentAt);
  }

  /** Witnesses may have been asked after a heartbeat that is acknowledged only now. */
  #go(from: MonotonicMs): void {
    this.#from = from > this.#from ? from : this.#from;
    this.#tell();
  }

  #isWithin(from: MonotonicMs): boolean {
    const { clock, timings } = this.#options;
    return clock.monotonicMs() - from < timings.leaseMs;
  }

  #tell(): void {
    const until = (this.#from + this.#options.timings.leaseMs) as MonotonicMs;
    // It tells of its errors itself.
    for (const [driver, leasing] of this.#leasing) void this.#told(driver, leasing, until);
  }

  async #told(driver: string, leasing: Leasing, until: MonotonicMs): Promise<void> {
    try {
      await leasing.renew(until);
    } catch (error) {
      this.#options.log.error({ driver, err: error }, 'a renewed lease did not reach the host');
    }
  }
}
