import type { AnyMachineSnapshot } from 'xstate';
import { type DriverDescriptor, isLeased } from '../../../drivers/contract/driver.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import { notFound } from '../../../machines/model/operations/words.ts';
import type { Apart } from '../../../machines/placement/candidates.ts';
import type { RankPolicy } from '../../../machines/placement/rank.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Random } from '../../../machines/ports/random.ts';
import type { Take, TakeReply } from '../../../machines/protocol/agent-messages.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { ActorHost } from '../../host/actor-host.ts';
import type { Step } from '../../host/actor-kind.ts';
import type { HostTap } from '../../host/actor-tap.ts';
import type { RawRecord } from '../../host/record.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Stores } from '../../ports/store.ts';
import { Driver } from '../commands/drive.ts';
import type { Pacer } from '../commands/pacer.ts';
import { Shadows, type ShadowsOptions } from '../commands/shadows.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { ForeignSeats } from '../fleet/foreign-seats.ts';
import type { SeatIndex } from '../fleet/seat-index.ts';
import { tellReplaced } from '../fleet/standings.ts';
import type { Dispatch } from '../placement/dispatch.ts';
import { Newcomers } from '../placement/newcomers.ts';
import { Placer } from '../placement/placer.ts';
import { QueueDispatch } from '../placement/queue-dispatch.ts';
import { Seating } from '../placement/seating.ts';
import { type CommittedDocument, DesiredDocuments } from '../records/desired-documents.ts';
import type { EpochFloors } from '../records/epoch-floors.ts';
import type { Holder } from '../records/held.ts';
import type { RecordFormats } from '../records/record-formats.ts';
import { ClientEdits } from './client-edits.ts';
import { deadlineMs, loadBalancerKind } from './load-balancer-kind.ts';
import { Repairs, type RepairsOptions } from './repairs.ts';

export interface OwnerOptions {
  readonly bus: Bus;
  readonly stores: Stores;
  readonly formats: RecordFormats;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly fleet: FleetView;
  readonly seats: SeatIndex;
  readonly foreign: ForeignSeats;
  readonly floors: EpochFloors;
  readonly counters: { unexpected: number };
  readonly tap: HostTap | undefined;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  readonly rank: RankPolicy;
  readonly pacer: Pick<Pacer, 'run' | 'isBusy'>;
  /** Without it, nothing is queued. */
  readonly dispatch?: Dispatch;
  /** From whom a load balancer is to be kept apart. */
  readonly apart: (id: string) => Apart;
  /** Does the load balancer's shard belong to this controller now? */
  readonly owns: (id: string) => boolean;
  readonly isCurrent: RepairsOptions['isCurrent'];
  readonly stepped: (step: Step<LoadBalancerContext>) => void;
  /** A load balancer is gone for good. */
  readonly purged: (id: string, document: LoadBalancerDocument) => void;
}

/**
 * The load balancers that this controller owns: their documents, their actors, and what moves them
 * when agents come and go.
 */
export class LoadBalancerOwner {
  readonly host: ActorHost<LoadBalancerContext, LoadBalancerEvent>;
  /** What agents' coming and going means for it. */
  readonly seating: Seating;
  /** What clients want. */
  readonly edits: ClientEdits;
  readonly newcomers: Newcomers;
  /** What agents and other controllers know better than the records. */
  readonly repairs: Repairs;
  readonly #options: OwnerOptions;
  readonly #desired: DesiredDocuments;
  readonly #placer: Placer;
  readonly #queue: QueueDispatch | null;
  #isStopped = false;

  constructor(options: OwnerOptions) {
    const { stores, clock, random, log, timings } = options;
    this.#options = options;
    this.newcomers = new Newcomers({
      clock,
      quietMs: timings.suspectAfterMs,
      awayMs: timings.deadAfterMs,
      settled: (id) => this.seating.offer(id),
    });
    const { newcomers } = this;
    this.#placer = new Placer(clock, options.fleet, options);
    const placer = this.#placer;
    const queues = options.dispatch?.queues ?? null;
    const host = () => this.host;
    const parts = { placer, newcomers, host };
    this.#queue = queues === null ? null : new QueueDispatch({ ...options, ...parts, queues });
    this.seating = new Seating({
      ...options,
      ...parts,
      queue: this.#queue,
      headStart: () => driver.headStart,
    });
    this.#desired = new DesiredDocuments({
      store: stores.desired,
      clock,
      log,
      timings,
      nonce: random.uuid(),
      wasDeleted: (id) => options.floors.removals.wasDeleted(id),
      committed: (id, document) => this.#desiredCommitted(id, document),
    });
    this.edits = new ClientEdits({
      ...options,
      desired: this.#desired,
      context: (id) => this.host.context(id),
    });
    const isSeeking = (id: string) => options.seats.isSeeking(id);
    const known = { desired: this.#desired, newcomers, host, isSeeking };
    this.repairs = new Repairs({ ...options, ...known });
    const driver = this.#newDriver();
    const kind = loadBalancerKind({
      format: options.formats.loadBalancer,
      clock,
      timings,
      log,
      store: stores.binding,
      driver,
      counters: options.counters,
      context: (id) => this.host.context(id),
      life: (id) => this.host.actor(id),
      release: (id, context) => tellReplaced(options, id, context),
      hooks: {
        stepped: (step) => this.#stepped(step),
        committed: (id, context) => options.floors.committed(id, context),
        running: (id) => this.#running(id),
        ended: (id) => this.#ended(id),
        label: (id) => this.documentOf(id)?.name || null,
      },
    });
    this.host = new ActorHost(kind, options);
  }

  #newDriver(): Driver {
    const { bus, clock, log, timings, pacer, fleet } = this.#options;
    const claimants: ShadowsOptions['claimants'] = (context) => fleet.claimants(context);
    return new Driver({
      shadows: new Shadows({ bus, timings, claimants }),
      pacer,
      mayTakeOver: (id, context) => this.#placer.isStandbysTurn(id, context),
      isOver: ({ agent, incarnation }) => fleet.verdictOn(agent, incarnation) !== null,
      bus,
      clock,
      log,
      timings,
      desired: (id) => this.#desired.get(id),
      context: (id) => this.host.context(id),
      committed: (id) => this.host.committedContext(id),
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.seating.stop();
    this.#queue?.stop();
    this.#desired.stop();
    this.newcomers.stop();
    this.host.stop();
  }

  // What the API asks for, besides edits.

  /** Resolves with the revision of its record; throws a Fault (404, 409, 503). */
  async move(id: string, agent: string): Promise<number> {
    const context = this.host.context(id);
    const actor = this.host.actor(id);
    if (context === null || actor === null) throw notFound('Load Balancer', id);
    const isThere = context.binding?.agent === agent;
    if (isThere && actor.revision > 0) return actor.revision;
    if (isThere) throw new Fault(503, `That ${id} is bound to ${agent} is not on record yet.`, 1);
    const order = this.#placer.moving(id, context, agent);
    if (typeof order === 'string') {
      throw new Fault(409, `Load Balancer ${id} can't be moved to ${agent}: ${order}.`);
    }
    await this.host.ask(id, order);
    return actor.revision;
  }

  /** Takes over what the records say; called for each load balancer of a newly owned shard. */
  adopt(id: string, desired: CommittedDocument, binding: RawRecord | null): void {
    this.#desired.adopt(id, desired.record, desired.revision);
    if (binding === null) return this.#birth(id);
    this.newcomers.adopted(id);
    this.host.restore(id, binding.text, binding.revision);
  }

  /** Told of a desired revision by a watch; `read` gives the newest one. */
  observed(id: string, revision: number, read: () => CommittedDocument | null): void {
    this.#desired.observed(id, revision, read).catch((error: unknown) => {
      this.#options.log.error({ loadBalancer: id, revision, err: error }, 'not taken over');
    });
  }

  /** Told by a watch that the store has lost edits of what another controller owns. */
  lostElsewhere(id: string): void {
    this.#desired.lostElsewhere(id);
  }

  /** Told by a watch that the store has lost the newest edits of it. */
  lost(id: string): void {
    this.#desired.lost(id).catch((error: unknown) => {
      this.#options.log.error({ loadBalancer: id, err: error }, 'a record was not written again');
    });
  }

  /** A watch has told of all documents: `read` gives each as the store has it. */
  resumed(read: (id: string) => RawRecord | null): void {
    this.#desired.resumed(read, (id) => this.lost(id));
  }

  /** Told of a removal by a watch: what was started from older news of it goes. */
  removed(id: string, revision: number): void {
    const known = this.#desired.get(id);
    if (known === null || known.revision < revision) this.abandon(id);
  }

  documentOf(id: string): LoadBalancerDocument | null {
    return this.#desired.get(id)?.record.document ?? null;
  }

  /** The API request that made the newest generation, for logs. */
  requestIdOf(id: string): string | null {
    return this.#desired.get(id)?.record.operationIds.at(-1) ?? null;
  }

  /** Another controller owns this load balancer from now on. */
  abandon(id: string): void {
    this.host.stopActor(id);
    this.#desired.forget(id);
    this.#options.seats.forget(id);
    this.#queue?.forget(id);
    this.#options.floors.abandon(id);
    this.newcomers.forget(id);
  }

  // What agents say.

  async take(taken: Take): Promise<TakeReply> {
    return (await this.#queue?.take(taken)) ?? { type: 'nothing' };
  }

  // How actors are kept going.

  #desiredCommitted(id: string, document: CommittedDocument): void {
    // A write that was under way when the shard changed hands: its new owner sees it by its watch.
    if (!this.#options.owns(id)) this.#desired.forget(id);
    else if (this.host.has(id)) this.#tellDesired(id, document);
    else this.#birth(id);
  }

  #birth(id: string): void {
    if (!this.edits.isCreating(id)) this.newcomers.add(id);
    this.host.birth(id);
  }

  #running(id: string): void {
    const restored = this.host.actor(id)?.snapshot ?? null;
    let former: Holder | null = null;
    if (restored !== null) {
      this.#note(id, restored);
      former = this.repairs.lostHolder(id, restored.context as LoadBalancerContext);
      // Before anything makes it name somebody.
      this.repairs.raiseEpochs(id, restored.context as LoadBalancerContext);
    }
    const document = this.#desired.get(id);
    if (document !== null) this.#tellDesired(id, document);
    const context = this.host.context(id);
    if (context === null) return;
    const { seats, fleet, clock } = this.#options;
    this.repairs.outrunBy(id, context);
    // A restored binding may name an incarnation that ended while nobody watched (R10).
    const at = clock.wallMs();
    for (const seat of [context.binding, context.standby]) {
      const verdict = seat === null ? null : fleet.verdictOn(seat.agent, seat.incarnation);
      if (seat === null || verdict === null) continue;
      const { agent, incarnation } = seat;
      this.host.tell(id, { type: 'agent.lost', agent, incarnation, verdict, at });
    }
    this.repairs.bindFormer(id, former);
    // Whoever could be its standby may have come before its actor ran.
    if (seats.isSeeking(id) || seats.isWithoutStandby(id)) this.seating.offer(id);
  }

  #note(id: string, snapshot: AnyMachineSnapshot): { seeking: boolean; wantsStandby: boolean } {
    const context = snapshot.context as LoadBalancerContext;
    const mayHaveOne = !context.leased && !context.queued;
    const wantsStandby = snapshot.matches('bound') && context.standby === null && mayHaveOne;
    const state = { seeking: snapshot.hasTag('seeking'), wantsStandby };
    this.#options.seats.note(id, context, state);
    return state;
  }

  #tellDesired(id: string, { record }: CommittedDocument): void {
    const { clock, timings, resolveDriver, dispatch } = this.#options;
    const at = clock.wallMs();
    const driver = resolveDriver(record.driver);
    this.host.tell(id, {
      type: 'desired.changed',
      generation: record.generation,
      status: record.status,
      driver: record.driver,
      reschedulable: driver?.reschedulable ?? false,
      leased: driver !== null && isLeased(driver),
      queued: dispatch?.drivers.has(record.driver) ?? false,
      zone: record.document.availability_zone,
      at,
      deadlineAt: at + deadlineMs(timings, record.status),
    });
    this.repairs.endAgain(id, record);
  }

  #stepped(step: Step<LoadBalancerContext>): void {
    const { id, after, snapshot, event } = step;
    this.#options.stepped(step);
    // One without a record begins with its first place, which must not give a lost epoch again.
    if (step.before === null) this.repairs.raiseEpochs(id, after);
    this.repairs.outrunBy(id, after);
    const isOver = snapshot.status === 'done';
    this.seating.freed.stepped(step.before, isOver ? null : after);
    if (isOver) {
      this.#queue?.forget(id);
      this.#options.seats.forget(id);
      return;
    }
    const state = this.#note(id, snapshot);
    if (event.type === 'place' || event.type === 'claim') return;
    if (state.seeking || state.wantsStandby) this.seating.offer(id);
  }

  #ended(id: string): void {
    this.#options.seats.forget(id);
    this.newcomers.forget(id);
    const known = this.#desired.get(id);
    if (known === null) return;
    this.#purge(id, known.record.document).catch((error: unknown) => {
      const { log } = this.#options;
      // It is looked at again with its next edit, or by whoever owns it then.
      const level = this.#isStopped ? 'info' : 'error';
      log[level]({ loadBalancer: id, err: error }, 'a deleted record was not purged');
    });
  }

  async #purge(id: string, document: LoadBalancerDocument): Promise<void> {
    const isPurged = await this.#desired.purge(id);
    this.#options.floors.removals.deleted(id);
    if (isPurged) this.#options.purged(id, document);
    // Its deletion was carried out, and the store has lost that, or this controller has not heard of it yet: a write shows
    // which. An actor that is born for it ends it.
    else await this.repairs.deleteAgain(id);
  }
}
