import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import { PermanentError, RetryableError } from '../contract/errors.ts';

/**
 * How the next writes fail: before anything was done; after it was done, but not answered; after half
 * of it was done, and not answered; or not at all in words, although nothing was done.
 */
export type CallFault = 'retryable' | 'unknown' | 'partial' | 'lie';

/** How long the device counts calls before it begins anew. */
const rateWindowMs = 1_000;

/** What is wrong with a device, as tests and simulations want it. */
export class DeviceTrouble {
  readonly #clock: Clock;
  /** Words by the id or the name of a load balancer. */
  readonly #refusals = new Map<string, string>();
  readonly #keeps = new Map<string, string>();
  #faults: { left: number; fault: CallFault } = { left: 0, fault: 'retryable' };
  #unreachable: string | null = null;
  /** Why it is out of reach for single agents. */
  readonly #cables = new Map<string, string>();
  #capacity: number | null = null;
  #callsPerSecond: number | null = null;
  #window = { fromMs: 0, calls: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null where the device answers; else why not. */
  get unreachable(): string | null {
    return this.#unreachable;
  }

  /** Makes every call fail as retryable, with this reason, until it is called with null. */
  setUnreachable(reason: string | null): void {
    this.#unreachable = reason;
  }

  /** Makes every call of this agent fail as retryable, with this reason, until it is called with null. */
  setCutOff(agent: string, reason: string | null): void {
    if (reason === null) this.#cables.delete(agent);
    else this.#cables.set(agent, reason);
  }

  /** Null where calls of this agent arrive; else why not. */
  unreachableFor(agent: string): string | null {
    return this.#unreachable ?? this.#cables.get(agent) ?? null;
  }

  /** Refuses every content of this load balancer, by id or name, in these words; null ends it. */
  refuse(which: string, words: string | null): void {
    if (words === null) this.#refusals.delete(which);
    else this.#refusals.set(which, words);
  }

  /** Refuses to remove this load balancer, by id or name, in these words; null ends it. */
  refuseRemoval(which: string, words: string | null): void {
    if (words === null) this.#keeps.delete(which);
    else this.#keeps.set(which, words);
  }

  /** Refuses nobody any more. */
  accept(): void {
    this.#refusals.clear();
    this.#keeps.clear();
  }

  /** The next `count` writes fail in this way. */
  failNext(count: number, fault: CallFault): void {
    this.#faults = { left: count, fault };
  }

  /** How many writes are still to fail. */
  get left(): number {
    return this.#faults.left;
  }

  /** The device has room for so many load balancers; null: for all. */
  setCapacity(most: number | null): void {
    this.#capacity = most;
  }

  /** The device answers so many calls a second, and tells the others to come back; null: all. */
  limitRate(callsPerSecond: number | null): void {
    this.#callsPerSecond = callsPerSecond;
  }

  /** Throws where the device does not take the call of this agent. */
  admitCall(agent: string): void {
    const reason = this.unreachableFor(agent);
    if (reason !== null) throw new RetryableError(reason, { reach: 'out of reach' });
    if (this.#callsPerSecond === null) return;
    const now = this.#clock.monotonicMs();
    if (now - this.#window.fromMs >= rateWindowMs) this.#window = { fromMs: now, calls: 0 };
    if (this.#window.calls >= this.#callsPerSecond) {
      const retryAfterMs = this.#window.fromMs + rateWindowMs - now;
      throw new RetryableError('too many requests', { reach: 'busy', retryAfterMs });
    }
    this.#window.calls += 1;
  }

  /** Throws where the device does not take the content; `others`: how many it holds beside it. */
  admitContent(document: LoadBalancerDocument, others: number): void {
    const words = this.#refusals.get(document.id) ?? this.#refusals.get(document.name);
    if (words !== undefined) throw new PermanentError(words);
    if (this.#capacity !== null && others >= this.#capacity) {
      throw new PermanentError(`the device is full: it has room for ${this.#capacity}`);
    }
  }

  /** Throws where the device does not let go of it; `name`: where it serves it. */
  admitRemoval(id: string, name: string | undefined): void {
    const words = this.#keeps.get(id) ?? this.#keeps.get(name ?? id);
    if (words !== undefined) throw new PermanentError(words);
  }

  /** How the write that begins now fails once it is admitted; null: it does not. Throws where it is not taken. */
  takeFault(): Exclude<CallFault, 'retryable'> | null {
    if (this.#faults.left === 0) return null;
    this.#faults.left -= 1;
    const { fault } = this.#faults;
    if (fault === 'retryable') throw new RetryableError('the device is busy', { reach: 'busy' });
    return fault;
  }
}
