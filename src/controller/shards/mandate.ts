import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import type { AgentDescription, LivenessContext } from '../../../machines/liveness/context.ts';
import type { LivenessEvent } from '../../../machines/liveness/events.ts';
import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import type { Authority } from './authority.ts';
import { servesUnderLease } from './leased-agents.ts';

/** A term that is further ahead than that was never given: an agent can't drive terms to their end. */
const termsAheadMax = 1_000;

export interface MandateOptions {
  readonly clock: Clock;
  readonly host: () => ActorHost<LivenessContext, LivenessEvent>;
  readonly shards: number;
  /** The term under which the agent's shard is owned. */
  readonly term: (agent: string) => number;
  readonly authority: () => Pick<Authority, 'holds' | 'obtain' | 'othersUntil' | 'outdo'>;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
}

/**
 * Whether this judge speaks for the leases of an agent (rule R14 of docs/binding.md): its authority lasts, and the agent's record
 * has been written under its term. Whoever judged it before can't write that record any more without
 * noticing, and so can't tell that a lease has ended which this judge gives. Agents that serve
 * nothing under a lease need none of that.
 */
export class Mandate {
  readonly #options: MandateOptions;

  constructor(options: MandateOptions) {
    this.#options = options;
  }

  /** May it give the agent a lease in this moment? */
  holds(agent: string): boolean {
    const { host, term, authority } = this.#options;
    const committed = host().committedContext(agent);
    if (committed === null || !this.#isLeased(committed.description)) return true;
    if (committed.term !== term(agent)) {
      this.take(agent);
      return false;
    }
    return authority().holds(this.#shardOf(agent));
  }

  /** As `holds`, after a renewal of an authority that nobody had needed for a while. */
  async obtain(agent: string): Promise<boolean> {
    if (this.holds(agent)) return true;
    await this.#options.authority().obtain(this.#shardOf(agent));
    return this.holds(agent);
  }

  /**
   * Does the agent's record name a judge of a later term? Then this one has nothing to say of it any more; or it has,
   * where the store has lost that judge's claim, and then it says so under a term above that one.
   */
  isOver(agent: string): boolean {
    const { host, term, authority } = this.#options;
    const named = host().committedContext(agent)?.term ?? 0;
    if (named <= term(agent)) return false;
    // It writes until that is known, and fails with the process only.
    void authority().outdo(this.#shardOf(agent), named);
    return true;
  }

  /**
   * The agent was told of this term, and takes no lease of an earlier one. Where that is later than this judge's, it has lost
   * the shard; or the store has lost the claim of the judge that told it, and then this one has to be above that.
   */
  heardOf(agent: string, seen: number): void {
    const { term, authority } = this.#options;
    const own = term(agent);
    if (seen <= own || seen > own + termsAheadMax) return;
    // It writes until that is known, and fails with the process only.
    void authority().outdo(this.#shardOf(agent), seen);
  }

  /** Puts on record that this judge speaks for its leases from now on, unless a later one does. */
  take(agent: string): void {
    const { host, term, clock } = this.#options;
    const context = host().context(agent);
    const own = term(agent);
    if (context === null || context.term >= own || !this.#isLeased(context.description)) return;
    host().tell(agent, { type: 'taken.over', term: own, at: clock.wallMs() });
  }

  /** The term by which something is to be said of an agent, which may be about to describe itself so. */
  termFor(agent: string, description?: AgentDescription): number {
    const context = this.#options.host().context(agent);
    const isLeased = this.#isLeased(description ?? context?.description ?? null);
    return isLeased ? this.#options.term(agent) : (context?.term ?? 0);
  }

  /**
   * Until when a judge before this one may give the agent leases; the past where none can, as when the agent takes
   * none of an earlier term than `seen`.
   */
  othersUntil(agent: string, seen = 0): MonotonicMs {
    const { term, authority } = this.#options;
    return seen >= term(agent) ? (0 as MonotonicMs) : authority().othersUntil(this.#shardOf(agent));
  }

  #shardOf(agent: string): number {
    return subjects.shardOf(agent, this.#options.shards);
  }

  #isLeased(description: AgentDescription | null): boolean {
    return servesUnderLease(description, this.#options.resolveDriver);
  }
}
