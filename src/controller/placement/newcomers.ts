import type { Clock, Timer } from '../../../machines/ports/clock.ts';

export interface NewcomersOptions {
  readonly clock: Clock;
  /** As long as an agent that lives and holds one may take to say so. */
  readonly quietMs: number;
  /** As long as controllers take to find out who of them lives, after all of them were away. */
  readonly awayMs: number;
  /** Nobody has claimed it meanwhile. */
  readonly settled: (id: string) => void;
}

/** Whom the first wait is for; no agent has this name. */
const everybody = '*';

/**
 * Load balancers that are new to this controller, and may be older than their records say: the store may
 * have lost who was named last, and then that one still serves them. Nobody else is named before agents
 * had the time to claim what they hold (R9).
 */
export class Newcomers {
  readonly #options: NewcomersOptions;
  /** Those whose claims are waited for, by load balancer and agent. */
  readonly #waits = new Map<string, Map<string, Timer>>();
  /** All that were new once, each with the agents that it has waited for by themselves. */
  readonly #waitedFor = new Map<string, Set<string>>();
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
    if (this.#waits.get(id)?.has(everybody) === true) return;
    this.#waitedFor.set(id, new Set());
    this.#wait(id, everybody);
  }

  /**
   * An agent that is on record for it has started anew, and may have been out of hearing while all had their time. Once,
   * nobody is named before that one had the same for itself: its claims come only after its registration.
   */
  returned(id: string, agent: string): void {
    const waitedFor = this.#waitedFor.get(id);
    if (waitedFor === undefined || waitedFor.has(agent)) return;
    waitedFor.add(agent);
    this.#wait(id, agent);
  }

  /** The agent claims it, and its actor has been told. Others may still have more to say. */
  claimed(id: string, agent: string): void {
    const timer = this.#waits.get(id)?.get(agent);
    if (timer === undefined) return;
    this.#options.clock.clearTimer(timer);
    this.#over(id, agent);
  }

  has(id: string): boolean {
    return this.#waits.has(id);
  }

  forget(id: string): void {
    const { clock } = this.#options;
    for (const timer of this.#waits.get(id)?.values() ?? []) clock.clearTimer(timer);
    this.#waits.delete(id);
    this.#waitedFor.delete(id);
  }

  stop(): void {
    for (const id of [...this.#waits.keys()]) this.forget(id);
  }

  #wait(id: string, agent: string): void {
    const { clock, quietMs } = this.#options;
    const waits = this.#waits.get(id) ?? new Map<string, Timer>();
    this.#waits.set(id, waits);
    waits.set(
      agent,
      clock.setTimer(quietMs, () => this.#over(id, agent)),
    );
  }

  #over(id: string, agent: string): void {
    const waits = this.#waits.get(id);
    waits?.delete(agent);
    if (waits === undefined || waits.size > 0) return;
    this.#waits.delete(id);
    this.#options.settled(id);
  }
}
