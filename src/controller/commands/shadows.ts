import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { type Claimant, standing } from '../../../machines/load-balancer/shadows.ts';
import { type Release, ReleaseReply } from '../../../machines/protocol/agent-messages.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call, MalformedReply } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, RequestTimeout } from '../../ports/bus.ts';

export type ShadowEnded = Extract<LoadBalancerEvent, { type: 'shadow.ended' }>;

export interface ShadowsOptions {
  readonly bus: Bus;
  readonly timings: Timings;
  /** What is known of those who may serve a load balancer by this context. */
  readonly claimants: (context: LoadBalancerContext) => readonly Claimant[];
}

/**
 * Sees to it that former holders have ended before the next one starts (rule R11 of docs/binding.md): by
 * the lapse of their lease, or by their own word that they have stopped.
 */
export class Shadows {
  readonly #options: ShadowsOptions;

  constructor(options: ShadowsOptions) {
    this.#options = options;
  }

  /**
   * One attempt for all of them; `seat` is the committed binding, whose epoch they must stay below. Null
   * where nobody stands in the way any more; else a sentence that says who does.
   */
  async end(
    id: string,
    seat: Seat,
    context: LoadBalancerContext,
    report: (event: ShadowEnded) => void,
  ): Promise<string | null> {
    const shadows = { ...context, binding: null };
    if (shadows.shadows.length === 0) return null;
    const claimants = this.#options.claimants(context);
    const home = hostOf(seat.agent, claimants);
    const left = standing(shadows, claimants);
    for (const { agent, incarnation } of shadows.shadows) {
      const isLeft = left.some((one) => one.agent === agent && one.incarnation === incarnation);
      if (!isLeft) report({ type: 'shadow.ended', agent, incarnation });
    }
    const order = {
      loadBalancer: id,
      epoch: seat.epoch,
      device: placedOn(context) ?? context.driver,
    };
    const troubles = await Promise.all(
      left
        .filter(({ agent }) => home === null || hostOf(agent, claimants) !== home)
        .map((shadow) => this.#stop(shadow, order, report)),
    );
    return troubles.find((trouble) => trouble !== null) ?? null;
  }

  async #stop(
    { agent, incarnation }: Seat,
    order: Release,
    report: (event: ShadowEnded) => void,
  ): Promise<string | null> {
    const { bus, timings } = this.#options;
    const subject = subjects.down(agent, 'release');
    const still = `agent ${agent} may still serve it under its lease`;
    try {
      // Asked again soon, because whoever dies with the question in hand will never answer it.
      const timeoutMs = 2 * timings.heartbeatMs;
      const reply = await call(bus, subject, order, ReleaseReply, timeoutMs);
      if (reply.type === 'failed') return `${still}: ${reply.message}`;
      report({ type: 'shadow.ended', agent, incarnation });
      return null;
    } catch (error) {
      if (error instanceof NoResponders) return `${still}, and does not listen`;
      if (error instanceof RequestTimeout) return `${still}, and has not answered yet`;
      if (error instanceof BusUnavailable) return 'the controller is not connected to NATS';
      if (error instanceof MalformedReply) return `${still}: ${error.message}`;
      throw error;
    }
  }
}

function hostOf(agent: string, claimants: readonly Claimant[]): string | null {
  return claimants.find((one) => one.agent === agent)?.host ?? null;
}
