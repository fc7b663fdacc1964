import { z } from 'zod';
import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import type { LivenessContext } from '../../machines/liveness/context.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import {
  Claim,
  Goodbye,
  Heartbeat,
  Register,
  Report,
} from '../../machines/protocol/agent-messages.ts';
import {
  CreateRequest,
  DeleteRequest,
  EditRequest,
  type WriteReply,
} from '../../machines/protocol/load-balancer-messages.ts';
import { agentId, incarnation } from '../../machines/protocol/seat.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { AgentView, Fleet, LoadBalancers, TransitionFeed } from '../api/services.ts';
import type { Step } from '../host/actor-kind.ts';
import { parseMessage, serve } from '../messaging/endpoint.ts';
import { type Bus, type BusMessage, BusUnavailable, type Subscription } from '../ports/bus.ts';
import type { Stores } from '../ports/store.ts';
import { ApiServices } from './api-services.ts';
import { FleetView } from './fleet-view.ts';
import { Judge } from './judge.ts';
import { LoadBalancerOwner } from './load-balancer-owner.ts';
import { type ProjectedBucket, Projection } from './projection.ts';
import { SeatIndex } from './seat-index.ts';
import { claimShards } from './shard-ownership.ts';
import { TransitionRing } from './transition-ring.ts';

export interface ControllerOptions {
  readonly id: string;
  readonly bus: Bus;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly shards: number;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  /** A load balancer is gone for good: its address may be used again. */
  readonly purged: (id: string, document: LoadBalancerDocument) => void;
}

const ForwardedClaim = z.strictObject({ agent: agentId, incarnation, claim: Claim });

/** One controller: judges agents, owns load balancers, and answers for both. */
export class Controller {
  readonly loadBalancers: LoadBalancers;
  readonly fleet: Fleet;
  readonly transitions: TransitionFeed;
  readonly judge: Judge;
  readonly owner: LoadBalancerOwner;
  readonly projection: Projection;
  /** Events that no state expected; zero in a healthy system. */
  readonly counters = { unexpected: 0 };
  readonly #options: ControllerOptions;
  readonly #fleet: FleetView;
  readonly #ring: TransitionRing;
  readonly #subscriptions: Subscription[] = [];
  readonly #abort = new AbortController();
  #terms: ReadonlyMap<number, number> = new Map();
  /** Whether the actors of the owned shards have been started from their records. */
  #adopted = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { bus, stores, clock, random, log, timings, shards } = options;
    const seats = new SeatIndex();
    this.#fleet = new FleetView(seats);
    this.fleet = { agents: (): readonly AgentView[] => this.#fleet.views() };
    this.#ring = new TransitionRing(clock);
    this.transitions = this.#ring;
    this.projection = new Projection({
      stores,
      clock,
      log,
      condition: (id) => this.owner.host.actor(id)?.condition ?? null,
      put: (bucket, key, revision) => this.#observed(bucket, key, revision),
    });
    this.loadBalancers = new ApiServices({
      bus,
      clock,
      timings,
      shards,
      projection: this.projection,
    });
    const shared = { bus, stores, clock, random, log, timings, counters: this.counters };
    this.owner = new LoadBalancerOwner({
      ...shared,
      seats,
      fleet: this.#fleet,
      resolveDriver: options.resolveDriver,
      stepped: (step) => this.#noteLoadBalancer(step),
      purged: options.purged,
    });
    this.judge = new Judge({
      ...shared,
      term: (agent) => this.#terms.get(subjects.shardOf(agent, shards)) ?? 0,
      boundCount: (agent) => seats.load(agent),
      stepped: (step) => this.#noteAgent(step),
      known: (agent, state, context) => this.#agentKnown(agent, state, context),
    });
  }

  /** Resolves when this controller owns its shards and all their actors run. */
  async start(): Promise<void> {
    const { id, bus, log } = this.#options;
    this.#subscriptions.push(
      serve({
        bus,
        log,
        subject: subjects.controller(id, 'probe'),
        schema: z.object({}),
        handle: () => Promise.resolve({ controller: id }),
      }),
    );
    this.#terms = await claimShards({
      controller: id,
      ...this.#options,
      store: this.#options.stores.shards,
      nonce: this.#options.random.uuid(),
      signal: this.#abort.signal,
    });
    await this.projection.start();
    this.#adopt();
    for (const shard of this.#terms.keys()) this.#serveShard(shard);
    this.#subscriptions.push(
      bus.subscribe(subjects.connDisconnect, (message) => this.#disconnected(message.data)),
    );
    this.judge.start();
    log.info(
      { controller: id, shards: this.#terms.size, loadBalancers: this.projection.desired.size },
      'the controller is ready',
    );
  }

  /** Stops at once; records stay, and another controller can take over. */
  stop(): void {
    this.#abort.abort(new Error('the controller was stopped'));
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.judge.stop();
    this.owner.stop();
    this.projection.stop();
  }

  #owns(id: string): boolean {
    return this.#terms.has(subjects.shardOf(id, this.#options.shards));
  }

  #adopt(): void {
    const { liveness, desired, binding } = this.projection;
    for (const agent of liveness.keys()) {
      const record = liveness.raw(agent);
      if (record !== null && this.#owns(agent)) {
        this.judge.adopt(agent, record.text, record.revision);
      }
    }
    for (const id of desired.keys()) {
      const raw = desired.raw(id);
      const record = desired.get(id);
      if (raw === null || record === null || !this.#owns(id)) continue;
      this.owner.adopt(id, { record, revision: raw.revision }, binding.raw(id));
    }
    this.#adopted = true;
  }

  /** A predecessor's last write may land when its successor has read the records already. */
  #observed(bucket: ProjectedBucket, key: string, revision: number): void {
    if (!this.#adopted || !this.#owns(key)) return;
    const { desired } = this.projection;
    if (bucket === 'binding') this.owner.host.actor(key)?.observed(revision);
    else if (bucket === 'liveness') this.judge.host.actor(key)?.observed(revision);
    else {
      this.owner.observed(key, revision, () => {
        const record = desired.get(key);
        const raw = desired.raw(key);
        return record === null || raw === null ? null : { record, revision: raw.revision };
      });
    }
  }

  #serveShard(shard: number): void {
    const { bus } = this.#options;
    this.#subscriptions.push(
      bus.subscribe(subjects.upOfShard(shard), (message) => this.#fromAgent(message)),
      bus.subscribe(subjects.lbOfShard(shard), (message) => this.#forLoadBalancer(message)),
    );
  }

  // From agents. The subject names the sender, and the server's permissions vouch for the subject.

  #fromAgent(message: BusMessage): void {
    const address = subjects.parseUp(message.subject);
    if (address === null) return this.#malformed(message, 'its subject names no agent');
    switch (address.kind) {
      case 'register':
        return this.#answer(message, Register, address.agent, (body) => this.judge.register(body));
      case 'heartbeat':
        return this.#answer(message, Heartbeat, address.agent, async (beat) => {
          const reply = this.judge.heartbeat(beat);
          if (reply.type === 'acknowledged') this.#forwardClaims(beat);
          return Promise.resolve(reply);
        });
      case 'goodbye':
        return this.#answer(message, Goodbye, address.agent, (body) => this.judge.goodbye(body));
      case 'report':
        return this.#answer(message, Report, address.agent, (report) => {
          this.owner.report(report);
          return Promise.resolve(undefined);
        });
      default:
        return this.#malformed(message, `'${address.kind}' is no kind of message`);
    }
  }

  #answer<T extends { readonly agent: string }>(
    message: BusMessage,
    schema: z.ZodType<T>,
    sender: string,
    handle: (body: T) => Promise<object | undefined>,
  ): void {
    const parsed = parseMessage(schema, message.data);
    if ('problem' in parsed) return this.#malformed(message, parsed.problem);
    if (parsed.value.agent !== sender) {
      return this.#malformed(message, `agent ${sender} speaks for ${parsed.value.agent}`);
    }
    this.#reply(message, handle(parsed.value));
  }

  #reply(message: BusMessage, answer: Promise<object | undefined>): void {
    answer
      .then((reply) => {
        if (reply !== undefined) message.reply(JSON.stringify(reply));
      })
      .catch((error: unknown) => {
        const { log } = this.#options;
        log.error({ subject: message.subject, err: error }, 'a message could not be handled');
      });
  }

  #malformed(message: BusMessage, problem: string): void {
    const { log } = this.#options;
    log.warn({ subject: message.subject, problem }, 'a malformed message was dropped');
  }

  #forwardClaims(beat: Heartbeat): void {
    const { bus, shards } = this.#options;
    for (const claim of beat.claims) {
      const id = claim.loadBalancer;
      const subject = subjects.lb(subjects.shardOf(id, shards), id, 'claim');
      const { agent, incarnation: number } = beat;
      try {
        bus.publish(subject, JSON.stringify({ agent, incarnation: number, claim }));
      } catch (error) {
        // Claimed again with the agent's next heartbeat.
        if (!(error instanceof BusUnavailable)) throw error;
        return;
      }
    }
  }

  #disconnected(data: string): void {
    const advisory = subjects.parseDisconnect(data);
    if (advisory === null || !subjects.meansClosed(advisory.reason)) return;
    const name = subjects.parseConnectionName(advisory.clientName);
    if (name?.role === 'agent' && this.#owns(name.id)) {
      this.judge.connectionClosed(name.id, advisory.reason);
    }
  }

  // From the API and from judges, for load balancers of this controller's shards.

  #forLoadBalancer(message: BusMessage): void {
    const address = subjects.parseLb(message.subject);
    if (address === null) return this.#malformed(message, 'its subject names no load balancer');
    const { id } = address;
    switch (address.verb) {
      case 'create':
        return this.#write(message, CreateRequest, (body) =>
          this.owner.create(id, body.operationId, body.document),
        );
      case 'edit':
        return this.#write(message, EditRequest, (body) =>
          this.owner.edit(id, body.operationId, body.operation),
        );
      case 'delete':
        return this.#write(message, DeleteRequest, (body) =>
          this.owner.delete(id, body.operationId, body.cascade),
        );
      case 'claim': {
        const parsed = parseMessage(ForwardedClaim, message.data);
        if ('problem' in parsed) return this.#malformed(message, parsed.problem);
        const { agent, incarnation: number, claim } = parsed.value;
        return this.owner.claim(id, agent, number, claim);
      }
      default:
        return this.#malformed(message, `'${address.verb}' is no verb of a load balancer`);
    }
  }

  #write<T>(message: BusMessage, schema: z.ZodType<T>, commit: (body: T) => Promise<number>): void {
    const parsed = parseMessage(schema, message.data);
    if ('problem' in parsed) {
      this.#malformed(message, parsed.problem);
      message.reply(JSON.stringify(faultReply(new Fault(400, parsed.problem))));
      return;
    }
    const answer = (async (): Promise<WriteReply> => {
      try {
        return { type: 'committed', revision: await commit(parsed.value) };
      } catch (error) {
        if (error instanceof Fault) return faultReply(error);
        throw error;
      }
    })();
    this.#reply(message, answer);
  }

  // From this controller's own actors.

  #agentKnown(agent: string, state: string, context: LivenessContext): void {
    const before = this.#fleet.current(agent);
    this.#fleet.note(agent, state, context);
    if (before !== null && before.incarnation < context.incarnation) {
      this.owner.agentLost(agent, before.incarnation, 'it has started anew');
    }
    const same = before?.state === state && before.incarnation === context.incarnation;
    // An agent that registers again under its incarnation may have found a device.
    if (same && before.description === context.description) return;
    if (state === 'dead' || state === 'retired') {
      this.owner.agentLost(agent, context.incarnation, context.reason ?? state);
    } else if (state === 'draining') this.owner.agentLeaving(agent, context.incarnation);
    else if (state === 'alive') this.owner.fleetChanged();
  }

  #noteLoadBalancer({ id, from, to, event, after }: Step<LoadBalancerContext>): void {
    if (from === to) return;
    const { binding, reason } = after;
    const requestId = this.owner.requestIdOf(id);
    this.#ring.note({ kind: 'load-balancer', id, from, to, event: event.type, binding, reason });
    const { log } = this.#options;
    const fields = { loadBalancer: id, from, to, event: event.type, binding, reason, requestId };
    log.info(fields, 'load balancer');
  }

  #noteAgent({ id, from, to, event, after }: Step<LivenessContext>): void {
    if (from === to) return;
    const { reason } = after;
    this.#ring.note({ kind: 'agent', id, from, to, event: event.type, binding: null, reason });
    this.#options.log.info({ agent: id, from, to, event: event.type, reason }, 'agent');
  }
}

function faultReply(fault: Fault): WriteReply {
  const { status, message, retryAfterSeconds } = fault;
  return { type: 'fault', status, message, retryAfterSeconds };
}
