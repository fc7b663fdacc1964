import { z } from 'zod';
import { Fault } from '../../../machines/model/fault.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { type RestartOrder, RestartOrderReply } from '../../../machines/protocol/agent-messages.ts';
import { agentId } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type {
  AgentView,
  BrakeView,
  DeviceView,
  Fleet,
  PacingView,
  RebalanceView,
  Restarting,
} from '../../api/services.ts';
import { call, serve } from '../../messaging/endpoint.ts';
import {
  BusUnavailable,
  NoResponders,
  RequestTimeout,
  type Subscription,
} from '../../ports/bus.ts';
import type { Pacer } from '../commands/pacer.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { Rebalancer } from '../placement/rebalancer.ts';
import type { Projection } from '../records/projection.ts';
import { callOwner, type OwnerCallOptions } from '../shards/owner-call.ts';

export interface FleetServicesOptions extends OwnerCallOptions {
  readonly fleet: FleetView;
  readonly projection: Projection;
  readonly pacer: Pacer;
  readonly rebalancer: () => Rebalancer;
  readonly log: Log;
}

const brakeSubject = subjects.controller('all', 'release-brake');
const pacingSubject = subjects.controller('all', 'release-pacing');
const rebalanceSubject = subjects.controller('all', 'rebalance');
const PacingRelease = z.strictObject({ agent: agentId.nullable() });

const startedAnew: Restarting = { incarnation: null, until: null };

/** Agents for the API: what operators want of them goes to their judge. */
export class FleetServices implements Fleet {
  readonly #options: FleetServicesOptions;

  constructor(options: FleetServicesOptions) {
    this.#options = options;
  }

  agents(): readonly AgentView[] {
    return this.#options.fleet.views();
  }

  devices(): readonly DeviceView[] {
    return this.#options.fleet.deviceViews();
  }

  brake(): BrakeView {
    return this.#options.fleet.brake.view();
  }

  /** Told to all controllers, since each judges its own agents. */
  releaseBrake(): void {
    this.#options.fleet.brake.release();
    this.#tellAll(brakeSubject, {});
  }

  pacing(): PacingView {
    return this.#options.pacer.view();
  }

  /** Told to all controllers, since each paces its own commands. */
  releasePacing(agent: string | null): void {
    this.#options.pacer.release(agent);
    this.#tellAll(pacingSubject, { agent });
  }

  rebalance(): RebalanceView {
    return this.#options.rebalancer().view();
  }

  /** Told to all controllers: whose turn it is begins. */
  startRebalance(): void {
    this.#options.rebalancer().pass();
    this.#tellAll(rebalanceSubject, {});
  }

  #tellAll(subject: string, order: object): void {
    try {
      this.#options.bus.publish(subject, JSON.stringify(order));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      throw new Fault(503, 'The other controllers were not told: NATS is out of reach.', 1);
    }
  }

  listen(): readonly Subscription[] {
    const { bus, log, fleet, pacer, rebalancer } = this.#options;
    const brake = (): undefined => {
      fleet.brake.release();
      return undefined;
    };
    const rebalance = (): undefined => {
      rebalancer().pass();
      return undefined;
    };
    const pacing = ({ agent }: z.infer<typeof PacingRelease>): undefined => {
      pacer.release(agent);
      return undefined;
    };
    return [
      serve({ bus, log, subject: brakeSubject, schema: z.object({}), handle: brake }),
      serve({ bus, log, subject: rebalanceSubject, schema: z.object({}), handle: rebalance }),
      serve({ bus, log, subject: pacingSubject, schema: PacingRelease, handle: pacing }),
    ];
  }

  cordon(agent: string, { draining }: { draining: boolean }): Promise<void> {
    return this.#ask(agent, 'cordon', { draining });
  }

  uncordon(agent: string): Promise<void> {
    return this.#ask(agent, 'uncordon', {});
  }

  trust(agent: string): Promise<void> {
    return this.#ask(agent, 'trust', {});
  }

  async restart(agent: string, incarnation: number | null): Promise<Restarting> {
    const known = this.#options.fleet.current(agent);
    if (known === null) throw new Fault(404, `Agent ${agent} not found.`);
    if (incarnation !== null && incarnation < known.incarnation) return startedAnew;
    const order = { incarnation: incarnation ?? known.incarnation };
    const reply = await this.#order(agent, order);
    if (reply.type === 'stale') return startedAnew;
    if (reply.type === 'leased') return { ...order, until: reply.until };
    throw new Fault(409, `Agent ${agent} is not restarted: ${reply.reason}.`);
  }

  /** The agent asks its judge first, for as long as it may take to say goodbye. */
  async #order(agent: string, order: RestartOrder): Promise<RestartOrderReply> {
    const { bus, timings } = this.#options;
    const timeoutMs = timings.goodbyeMs + timings.ackTimeoutMs;
    const subject = subjects.down(agent, 'restart');
    try {
      return await call(bus, subject, order, RestartOrderReply, timeoutMs);
    } catch (error) {
      if (error instanceof NoResponders) {
        throw new Fault(409, `Agent ${agent} is not restarted: it does not run.`);
      }
      if (!(error instanceof RequestTimeout || error instanceof BusUnavailable)) throw error;
      const why = `Agent ${agent} has not said whether it is restarted: ${error.message}`;
      throw new Fault(503, why, 1);
    }
  }

  #ask(agent: string, verb: string, request: object): Promise<void> {
    const { projection } = this.#options;
    return callOwner(this.#options, {
      id: agent,
      subject: (shard) => subjects.agent(shard, agent, verb),
      request,
      shown: (revision, timeoutMs) => projection.liveness.reached(revision, timeoutMs),
      // Its judge has only just become that, and has not heard of it.
      meaning: ({ status }) =>
        status === 404 && projection.liveness.raw(agent) !== null ? 'passing' : 'final',
    });
  }
}
