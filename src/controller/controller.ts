import { z } from 'zod';
import type { LivenessContext } from '../../machines/liveness/context.ts';
import { rank } from '../../machines/placement/rank.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { LoadBalancers, TransitionFeed } from '../api/services.ts';
import { serve } from '../messaging/endpoint.ts';
import type { Subscription } from '../ports/bus.ts';
import { type Pacer, pacerOf } from './commands/pacer.ts';
import type { ControllerOptions } from './controller-options.ts';
import { FleetView } from './fleet/fleet-view.ts';
import { ForeignSeats } from './fleet/foreign-seats.ts';
import { Loads } from './fleet/loads.ts';
import { ProvenTime } from './fleet/proven-time.ts';
import { SeatIndex } from './fleet/seat-index.ts';
import type { Told } from './fleet/told.ts';
import { closedConnections } from './liveness/closed-connections.ts';
import { Judge } from './liveness/judge.ts';
import { Lapses } from './liveness/lapses.ts';
import { lookAround } from './liveness/look-around.ts';
import { Verdicts } from './liveness/verdicts.ts';
import { ForeignRecords } from './load-balancers/foreign-records.ts';
import { LoadBalancerOwner } from './load-balancers/load-balancer-owner.ts';
import { Losses } from './load-balancers/losses.ts';
import { AntiAffinity, boundHost } from './placement/anti-affinity.ts';
import { type Rebalancer, rebalancerOf } from './placement/rebalancer.ts';
import { EpochFloors } from './records/epoch-floors.ts';
import { HealthBoard } from './records/health-board.ts';
import { type ProjectedBucket, Projection } from './records/projection.ts';
import { recordFormats } from './records/record-formats.ts';
import { ApiServices } from './services/api-services.ts';
import { FleetServices } from './services/fleet-services.ts';
import { Inbox } from './services/inbox.ts';
import { contextOnRecord, onRecord } from './services/on-record.ts';
import { StepNotes } from './services/step-notes.ts';
import { TransitionRing } from './services/transition-ring.ts';
import { Mandate, type MandateOptions } from './shards/mandate.ts';
import { Membership } from './shards/membership.ts';
import { OwnerChanges } from './shards/owner-changes.ts';
import { ShardIndex } from './shards/shard-index.ts';
import { ShardKeeper } from './shards/shard-keeper.ts';
import { refuseTwin } from './twin.ts';

/**
 * One of any number of controllers: judges the agents and owns the load balancers of its shards,
 * and answers the API for all of them.
 */
export class Controller {
  readonly loadBalancers: LoadBalancers;
  readonly fleet: FleetServices;
  readonly transitions: TransitionFeed;
  readonly judge: Judge;
  readonly owner: LoadBalancerOwner;
  readonly projection: Projection;
  /** Events that no state expected; zero in a healthy system. */
  readonly counters = { unexpected: 0 };
  readonly #options: ControllerOptions;
  readonly #fleet: FleetView;
  readonly #foreign: ForeignSeats;
  readonly #floors = new EpochFloors();
  readonly #owners = new OwnerChanges();
  readonly #health: HealthBoard;
  readonly #apart: AntiAffinity;
  readonly #records: ForeignRecords;
  readonly #losses: Losses;
  readonly #proven: ProvenTime;
  readonly #membership: Membership;
  readonly #shards: ShardKeeper;
  readonly #index: ShardIndex;
  readonly #rebalancer: Rebalancer;
  readonly #inbox: Inbox;
  readonly #verdicts: Verdicts;
  readonly #subscriptions: Subscription[] = [];

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { bus, clock, log, timings, shards, formats = recordFormats } = options;
    this.#index = new ShardIndex(shards);
    const { mandate = (given: MandateOptions) => new Mandate(given) } = options;
    const seats = new SeatIndex();
    this.#foreign = new ForeignSeats(log);
    const loads = new Loads(seats, this.#foreign);
    const provenMs = () => this.#proven.nowMs;
    const authority = () => this.#shards.authority;
    this.#fleet = new FleetView({ ...options, loads, hearing: () => this.#proven });
    const pacer = pacerOf(options);
    const ring = new TransitionRing(clock);
    const notes = new StepNotes(ring, log);
    this.transitions = ring;
    this.projection = this.#newProjection(pacer);
    this.#health = this.#healthBoard();
    const shown = { ...options, projection: this.projection, owners: this.#owners };
    const rebalancer = () => this.#rebalancer;
    this.fleet = new FleetServices({ ...shown, fleet: this.#fleet, pacer, rebalancer });
    const wasDeleted = (id: string) => this.#floors.removals.wasDeleted(id);
    this.loadBalancers = new ApiServices({ ...shown, wasDeleted });
    const shared = { ...options, formats, pacer, counters: this.counters };
    this.owner = new LoadBalancerOwner({
      ...shared,
      tap: options.tap?.loadBalancers,
      seats,
      foreign: this.#foreign,
      floors: this.#floors,
      fleet: this.#fleet,
      rank: options.rank ?? rank,
      apart: (id) => this.#apart.of(id),
      owns: (id) => this.#owns(id),
      isCurrent: () => this.projection.binding.isCurrent,
      stepped: (step) => notes.loadBalancer(step, this.owner.requestIdOf(step.id)),
    });
    this.#apart = this.#antiAffinity();
    this.#rebalancer = this.#newRebalancer();
    this.#proven = new ProvenTime({ clock, bus, log, timings, onTick: () => this.#ticked() });
    this.judge = new Judge({
      ...shared,
      tap: options.tap?.agents,
      provenMs,
      brake: this.#fleet.brake,
      lapses: options.lapses ?? ((own) => new Lapses(own)),
      mandate: (own) => mandate({ ...options, ...own, authority }),
      term: (agent) => this.#shards.term(this.#index.of(agent)) ?? 0,
      boundCount: (agent) => loads.bound(agent),
      stepped: (step) => notes.agent(step),
      known: (...news) => {
        this.#agentKnown(...news);
        this.#verdicts.tell(...news);
      },
    });
    const { judge, owner } = this;
    this.#records = this.#foreignRecords();
    this.#losses = this.#newLosses();
    const known = onRecord(this, options, this.#fleet);
    const waitedMaxMs = () => this.#proven.waitedMaxMs;
    this.#inbox = new Inbox({ ...options, judge, owner, waitedMaxMs, ...known });
    this.#verdicts = new Verdicts(bus, log, (agent, ...news) => {
      if (!this.#owns(agent)) this.#agentKnown(agent, ...news);
    });
    this.#membership = new Membership({
      ...options,
      controller: options.id,
      provenMs,
      changed: () => this.#shards.reconcile(),
    });
    this.#shards = this.#newShardKeeper();
  }

  /** Resolves when this controller owns the shards that are free for it and all their actors run. */
  async start(): Promise<void> {
    const { id, bus, log, found } = this.#options;
    await refuseTwin(this.#options);
    this.#subscriptions.push(
      serve({
        bus,
        log,
        subject: subjects.controller(id, 'probe'),
        schema: z.object({}),
        handle: () => Promise.resolve({ controller: id }),
      }),
      closedConnections({ bus, judge: this.judge, owns: (agent) => this.#owns(agent) }),
      this.#verdicts.listen(),
      ...this.#health.listen(),
      ...this.fleet.listen(),
      lookAround({ ...this.#options, judge: this.judge }),
    );
    await this.projection.start();
    this.#health.ask();
    this.owner.newcomers.back();
    for (const { document } of this.projection.views()) found?.(document.id, document);
    await this.#shards.start();
    this.#proven.start();
    await this.#membership.start(this.#shards.owners());
    await this.#shards.settle();
    const loadBalancers = this.projection.desired.size;
    const owned = this.#shards.owned().length;
    log.info({ controller: id, shards: owned, loadBalancers }, 'the controller is ready');
  }

  /** Lets go of its shards, so that others take them at once, and stops. */
  async leave(): Promise<void> {
    this.#inbox.closeAll();
    await this.#shards.leave();
    this.#membership.stop(true);
    this.stop();
  }

  /** Stops at once; records stay, and another controller can take over. */
  stop(): void {
    this.#shards.stop();
    this.#membership.stop(false);
    this.#proven.stop();
    this.#inbox.closeAll();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.judge.stop();
    this.owner.stop();
    this.#losses.stop();
    this.projection.stop();
  }

  /** The shards that this controller owns now. */
  ownedShards(): readonly number[] {
    return this.#shards.owned();
  }

  #ticked(): void {
    this.judge.turnWheel();
    this.#membership.look();
    this.#rebalancer.look();
    this.owner.seating.look();
  }

  #owns(id: string): boolean {
    return this.#shards.term(this.#index.of(id)) !== null;
  }

  #antiAffinity(): AntiAffinity {
    const { projection, owner } = this;
    return new AntiAffinity({
      groups: this.#options.apart ?? [],
      tagged: (id) => owner.documentOf(id) ?? projection.desired.get(id)?.document ?? null,
      hostOf: (id) => boundHost(contextOnRecord(this, id)),
    });
  }

  #newProjection(pacer: Pacer): Projection {
    return new Projection({
      ...this.#options,
      formats: this.#options.formats ?? recordFormats,
      condition: (id) => this.owner.host.actor(id)?.condition ?? null,
      health: (id) => this.#health.of(id),
      unreached: (id, context) => this.#fleet.unreached(context) ?? pacer.reason(id),
      changed: (bucket, key, revision) => this.#observed(bucket, key, revision),
      wasUnbound: (id) => this.#floors.removals.has(id),
      removed: (bucket, key, before) => this.#losses.removed(bucket, key, before),
      lost: (bucket, key, before) => this.#losses.lost(bucket, key, before),
      resumed: (bucket) => this.#losses.resumed(bucket),
    });
  }

  #newShardKeeper(): ShardKeeper {
    const { id, stores, random } = this.#options;
    return new ShardKeeper({
      ...this.#options,
      controller: id,
      store: stores.shards,
      owners: this.#owners,
      nonce: random.uuid(),
      living: () => this.#membership.living(),
      wrote: (controller) => this.#membership.wrote(controller),
      named: (shard) => this.#termNamed(shard),
      raised: (shard) => this.#adoptAgents(shard),
      adopt: (shard) => this.#adopt(shard),
      abandon: (shard) => this.#abandon(shard),
    });
  }

  #newRebalancer(): Rebalancer {
    return rebalancerOf(this.#options, {
      projection: this.projection,
      fleet: this.#fleet,
      apart: (id) => this.#apart.of(id),
      // Of all controllers, the owner of the first shard.
      isItsTurn: () => this.#shards.term(0) !== null,
      move: (id, agent) => this.loadBalancers.move(id, agent),
    });
  }

  #healthBoard(): HealthBoard {
    const { desired, liveness } = this.projection;
    return new HealthBoard({
      ...this.#options,
      exists: (id) => desired.raw(id) !== null,
      holder: (id) => contextOnRecord(this, id)?.binding ?? null,
      agents: () => liveness.keys(),
    });
  }

  #foreignRecords(): ForeignRecords {
    const { projection, owner } = this;
    return new ForeignRecords({
      ...this.#options,
      projection,
      owner,
      floors: this.#floors,
      askToDelete: (id, operation) => this.loadBalancers.delete(id, { cascade: true }, operation),
      agentKnown: (...news) => this.#agentKnown(...news),
    });
  }

  #newLosses(): Losses {
    const { projection, owner, judge } = this;
    return new Losses({
      ...this.#options,
      projection,
      owner,
      judge,
      floors: this.#floors,
      owns: (id) => this.#owns(id),
      foreign: this.#records,
      believeAnew: () => this.#fleet.believeAnew(),
    });
  }

  // Shards come and go.

  #adopt(shard: number): void {
    const { desired, binding } = this.projection;
    this.#adoptAgents(shard);
    for (const id of this.#index.in(shard, binding.keys())) {
      this.#foreign.note(id, null);
      this.#losses.lookForLeftover(id);
    }
    for (const id of this.#index.in(shard, desired.keys())) this.#adoptLoadBalancer(id);
    this.#inbox.open(shard);
  }

  #abandon(shard: number): void {
    this.#inbox.close(shard);
    for (const agent of this.#index.in(shard, this.judge.host.ids())) this.judge.abandon(agent);
    // What it has told of them itself, and could not put on record, counts no longer.
    const agents = this.#index.in(shard, this.projection.liveness.keys());
    this.#fleet.believeAnew(agents);
    for (const agent of agents) this.#records.note('liveness', agent);
    for (const id of this.#index.in(shard, this.owner.host.ids())) this.owner.abandon(id);
    for (const id of this.#index.in(shard, this.projection.binding.keys()))
      this.#records.note('binding', id);
  }

  #termNamed(shard: number): number {
    const { liveness } = this.projection;
    const agents = this.#index.in(shard, liveness.keys());
    return Math.max(0, ...agents.map((agent) => liveness.get(agent)?.context.term ?? 0));
  }

  #adoptAgents(shard: number): void {
    const agents = this.#index.in(shard, this.projection.liveness.keys());
    for (const agent of agents) this.#adoptAgent(agent);
  }

  #adoptAgent(agent: string): void {
    const record = this.projection.liveness.raw(agent);
    if (record !== null) this.judge.adopt(agent, record.text, record.revision);
  }

  #adoptLoadBalancer(id: string): void {
    const { desired, binding } = this.projection;
    const raw = desired.raw(id);
    const record = desired.get(id);
    if (raw === null || record === null) return;
    this.owner.adopt(id, { record, revision: raw.revision }, binding.raw(id));
  }

  /** A predecessor's last write may land when its successor has read the records already. */
  #observed(bucket: ProjectedBucket, key: string, revision: number): void {
    const { desired, liveness } = this.projection;
    if (bucket === 'desired') this.#apart.changed(key);
    if (bucket === 'desired' && desired.raw(key) === null) this.#health.forget(key);
    if (bucket !== 'liveness' && this.#apart.concerns(key)) this.owner.seating.placesChanged();
    if (!this.#owns(key)) return this.#records.note(bucket, key);
    if (bucket === 'binding') {
      const actor = this.owner.host.actor(key);
      if (actor === null) this.#losses.lookForLeftover(key);
      else actor.observed(revision);
    } else if (bucket === 'liveness') {
      const actor = this.judge.host.actor(key);
      if (actor !== null) actor.observed(revision);
      else if (liveness.raw(key) !== null) this.#adoptAgent(key);
    } else {
      if (desired.raw(key) === null) return this.owner.removed(key, revision);
      this.owner.observed(key, revision, () => {
        const record = desired.get(key);
        const raw = desired.raw(key);
        return record === null || raw === null ? null : { record, revision: raw.revision };
      });
    }
  }

  // From this controller's own actors.

  #agentKnown(agent: string, state: string, context: LivenessContext, told: Told): void {
    const before = this.#fleet.current(agent);
    if (!this.#fleet.note(agent, state, context, told)) return;
    if ((before?.incarnation ?? 0) < context.incarnation) {
      if (state === 'alive') this.owner.seating.agentReturned(agent, context.incarnation);
      if (before !== null)
        this.owner.seating.agentLost(agent, context.incarnation - 1, 'it has started anew');
    }
    if ((before?.lapsed ?? 0) < context.lapsed) this.owner.seating.placesChanged();
    const same = before?.state === state && before.incarnation === context.incarnation;
    // An agent that registers again under its incarnation may have found a device.
    type Said = Pick<LivenessContext, 'description' | 'cordon' | 'flapping'>;
    const said = ({ description, cordon, flapping }: Said) =>
      JSON.stringify([description, cordon, flapping]);
    if (same && said(before) === said(context)) return;
    if (state !== 'alive') this.owner.seating.agentNotAlive();
    if (state === 'dead' || state === 'retired') {
      this.owner.seating.agentLost(agent, context.incarnation, context.reason ?? state);
    } else if (state === 'draining') this.owner.seating.agentLeaving(agent, context.incarnation);
    else if (state === 'alive') this.owner.seating.fleetChanged();
  }
}
