import type { Actor } from 'xstate';
import type { AgentEvent, AgentMachine } from '../../machines/agent/machine.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, type MonotonicMs, pause } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import {
  GoodbyeReply,
  RestartLeaseReply,
  type RestartOrder,
  type RestartOrderReply,
} from '../../machines/protocol/agent-messages.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { call } from '../messaging/endpoint.ts';
import type { Bus } from '../ports/bus.ts';
import { obeyRestart } from './restart-order.ts';

export interface FarewellOptions {
  readonly agent: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly log: Log;
  readonly incarnation: () => number;
  /** That of the newest heartbeat; none is sent while it asks. */
  readonly sequence: () => number;
  /** Where its judge listens. */
  readonly up: (kind: string) => string;
  /** It is waited for until then: so long its host keeps what it serves under its lease. */
  readonly leased: (until: MonotonicMs) => Promise<void>;
  /** Ends this process, which is started again; undefined where nobody would do that. */
  readonly restart?: (() => void) | undefined;
}

type Tell = (event: AgentEvent) => void;

/** What an agent says to its judge before it ends, and how long it waits for the answer. */
export class Farewell {
  readonly #options: FarewellOptions;
  /** What the judge said when it was last asked to wait for this agent. */
  #lease: RestartLeaseReply | null = null;

  constructor(options: FarewellOptions) {
    this.#options = options;
  }

  /** An operator wants the agent to be restarted. */
  obey(order: RestartOrder, actor: Actor<AgentMachine>): Promise<RestartOrderReply> {
    const { clock, restart } = this.#options;
    return obeyRestart(order, { actor, clock, restart, lease: () => this.#lease });
  }

  /** Asks the judge to wait for this agent's next incarnation, until it has that on record. */
  async askLease(report: Tell, signal: Cancellation): Promise<void> {
    const { agent, clock, log, timings, incarnation, sequence } = this.#options;
    const askedAt = clock.monotonicMs();
    const forMs = timings.restartLeaseMs;
    const asked = { agent, incarnation: incarnation(), sequence: sequence(), forMs };
    this.#lease = null;
    let lease = refused('no judge answered');
    await this.#repeat(signal, async () => {
      try {
        lease = await this.#call('restart', asked, RestartLeaseReply);
        return true;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        lease = refused(`no judge has answered within ${timings.goodbyeMs} ms: ${why}`);
        return false;
      }
    });
    if (signal.aborted) return;
    this.#lease = lease;
    if (lease.type === 'leased') {
      await this.#options.leased((askedAt + forMs) as MonotonicMs);
      log.info({ agent, forMs }, 'this agent is waited for while it is restarted');
      report({ type: 'restart.leased' });
      return;
    }
    const { reason, leaving } = lease;
    if (leaving) log.info({ agent, reason }, 'this agent is leaving, and nobody waits for it');
    else {
      log.warn(
        { agent, reason },
        'this agent has no restart lease: if it ends, what it holds is served on, and given to others as soon as it is missed',
      );
    }
    report({ type: 'restart.refused', reason, leaving });
  }

  /** Says goodbye, and waits until nothing is bound to this agent any more. */
  async goodbye(report: Tell, signal: Cancellation): Promise<void> {
    const { agent, log, incarnation } = this.#options;
    const request = { agent, incarnation: incarnation() };
    let outcome = 'no judge answered';
    await this.#repeat(signal, async () => {
      try {
        const reply = await this.#call('goodbye', request, GoodbyeReply);
        outcome = reply.retired ? 'retired' : `${reply.bound} load balancers are still bound here`;
        return reply.retired;
      } catch (error) {
        outcome = error instanceof Error ? error.message : String(error);
        return false;
      }
    });
    log.info({ agent, outcome }, 'goodbye');
    report({ type: 'goodbye.done', outcome });
  }

  #call<T>(kind: string, request: object, schema: Parameters<typeof call<T>>[3]): Promise<T> {
    const { bus, timings, up } = this.#options;
    return call(bus, up(kind), request, schema, timings.ackTimeoutMs);
  }

  /** Again and again until it is done, or the time for it is up. */
  async #repeat(signal: Cancellation, once: () => Promise<boolean>): Promise<void> {
    const { clock, timings } = this.#options;
    const startedAt = clock.monotonicMs();
    while (!signal.aborted && clock.monotonicMs() - startedAt < timings.goodbyeMs) {
      if (await once()) return;
      await pause(clock, timings.retryMs, signal);
    }
  }
}

const refused = (reason: string): RestartLeaseReply => ({
  type: 'refused',
  reason: reason.slice(0, 4_000),
  leaving: false,
});
