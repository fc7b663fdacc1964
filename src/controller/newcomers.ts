import type { Clock, Timer } from '../../machines/ports/clock.ts';

export interface NewcomersOptions {
  readonly clock: Clock;
  /** As long as an agent that lives and holds one may take to say so. */
  readonly quietMs: number;
  /** As long as controllers take to find out who of them lives, after all of them were away. */
  readonly awayMs: number;
  /** Nobody has claimed it meanwhile. */
  readonly settled: (id: string) => void;
}

/**
 * Load balancers that are new to this controller, and may be older than their records say: the store may
 * have lost who was named last, and then that one still serves them. Nobody else is named before agents
 * had the time to claim what they hold (R9).
 */
export class Newcomers {
  readonly #options: NewcomersOptions;
  readonly #timers = new Map<string, Timer>();
  /** Agents had their time to claim them, but whoever is on record may have been out of hearing. */
  readonly #settled = new Set<string>();
  /** Whose claim is waited for once more, by load balancer. */
  readonly #returned = new Map<string, string>();
  #backAtMs: number;

  constructor(options: NewcomersOptions) {
    this.#options = options;
    this.#backAtMs = options.clock.monotonicMs();
  }

  /** This controller is connected, or again: what was lost before that, nobody may have told. */
  back(): void {
    this.#backAtMs = this.#options.clock.monotonicMs();
  }

  /**
   * A record was taken over. Where this controller has been there for long, whoever owned it was there
   * as well, and has heard the claims.
   */
  adopted(id: string): void {
    const { clock, awayMs } = this.#options;
    if (clock.monotonicMs() - this.#backAtMs < awayMs) this.add(id);
  }

  /** It has no binding record, and this controller has not seen its creation. */
  add(id: string): void {
    if (this.#timers.has(id)) return;
    const { clock, quietMs, settled } = this.#options;
    const timer = clock.setTimer(quietMs, () => {
      this.#timers.delete(id);
      if (!this.#returned.delete(id)) this.#settled.add(id);
      settled(id);
    });
    this.#timers.set(id, timer);
  }

  /**
   * An agent that is on record for it has started anew. Where that one may have been out of hearing while agents had
   * their time, nobody is named before it had the same for itself: its claims come only after its registration.
   */
  returned(id: string, agent: string): void {
    if (!this.#settled.delete(id)) return;
    this.#returned.set(id, agent);
    this.add(id);
  }

  /** The agent claims it, and its actor has been told. */
  claimed(id: string, agent: string): void {
    if (this.#returned.get(id) !== agent) return;
    this.forget(id);
    this.#options.settled(id);
  }

  has(id: string): boolean {
    return this.#timers.has(id);
  }

  forget(id: string): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) this.#options.clock.clearTimer(timer);
    this.#timers.delete(id);
    this.#settled.delete(id);
    this.#returned.delete(id);
  }

  stop(): void {
    for (const id of [...this.#timers.keys()]) this.forget(id);
  }
}
