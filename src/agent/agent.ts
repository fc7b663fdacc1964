import type { Actor } from 'xstate';
import type { Driver } from '../../drivers/contract/driver.ts';
import { type AgentEvent, type AgentMachine, agentMachine } from '../../machines/agent/machine.ts';
import type { AgentDescription } from '../../machines/liveness/context.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, pause, type Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import {
  type Command,
  type CommandReply,
  HeartbeatReply,
} from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { RootTap } from '../host/actor-tap.ts';
import { countUnexpected, stopWithChildren, worker } from '../host/children.ts';
import { rootActor } from '../host/root-actor.ts';
import { call } from '../messaging/endpoint.ts';
import type { Bus, Subscription } from '../ports/bus.ts';
import type { WorkQueues } from '../ports/work-queue.ts';
import type { Journal } from '../ports/journal.ts';
import { Circuits } from './circuits.ts';
import { claimsOf } from './claims.ts';
import { Devices } from './devices.ts';
import { Farewell } from './farewell.ts';
import { HealthDesk } from './health-desk.ts';
import { Homecoming } from './homecoming.ts';
import { Lease, type LeaseOptions } from './lease.ts';
import { nextIncarnation } from './incarnation.ts';
import { LettingGo } from './letting-go.ts';
import { type MendOptions, strayQuestion } from './mend.ts';
import { Nudge } from './nudge.ts';
import { takeOrders } from './orders.ts';
import { Registration } from './registration.ts';
import { sweep } from './sweep.ts';
import { WorkDesk } from './work-desk.ts';

export interface AgentOptions {
  readonly id: string;
  readonly description: Omit<AgentDescription, 'devices' | 'edition'>;
  readonly incarnation: number;
  readonly bus: Bus;
  readonly journal: Journal;
  /** By the names of their devices. */
  readonly drivers: ReadonlyMap<string, Driver>;
  /** How many load balancers a device may hold; without an entry, any number. */
  readonly capacities?: ReadonlyMap<string, number | null>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly shards: number;
  /** How it keeps its lease; by the rules R12 and R13 where it is not given. */
  readonly lease?: (options: LeaseOptions) => Lease;
  /** From which it takes load balancers where its judge lets it. */
  readonly queues?: WorkQueues;
  /** An operator has asked for it: this process is to end now, and is started again; not without it. */
  readonly restart?: () => void;
  /** Looks on at its actors; nobody does without it. */
  readonly tap?: { readonly agent: RootTap; readonly devices: RootTap };
}

const leaseEnded = 'its lease has ended: no judge has acknowledged a heartbeat in time';

/** Tells the agent's machine what became of its children. */
type Tell = (event: AgentEvent) => void;

/** An agent: it holds a lease by its heartbeats, and drives devices as it is commanded. */
export class Agent {
  readonly counters = { unexpected: 0 };
  readonly #options: AgentOptions;
  readonly #logic: AgentMachine;
  #actor: Actor<AgentMachine>;
  #crashes = 0;
  #restartTimer: Timer | null = null;
  readonly #circuits: Circuits;
  readonly #devices: Devices;
  readonly #health: HealthDesk;
  readonly #home: Homecoming;
  readonly #lettingGo: LettingGo;
  readonly #farewell: Farewell;
  readonly #subscriptions: Subscription[] = [];
  readonly #beatSubject: string;
  readonly #registration: Registration;
  readonly #work: WorkDesk | null;
  /** A marker of this host was found damaged. */
  readonly #damaged = new Nudge();
  #sequence = 0;
  readonly #lease: Lease;

  constructor(given: AgentOptions) {
    this.#circuits = new Circuits({ ...given, closed: (device) => this.#devices.retry(device) });
    const options = { ...given, drivers: this.#circuits.drivers };
    this.#options = options;
    const { log } = options;
    this.#beatSubject = this.#up('heartbeat');
    this.#lease = options.lease?.(options) ?? new Lease(options);
    const incarnation = () => this.incarnation;
    this.#registration = new Registration({
      ...options,
      agent: options.id,
      incarnation,
      subject: this.#up('register'),
      regained: (device) => this.#devices.retry(device),
    });
    this.#health = new HealthDesk({ ...options, agent: options.id, incarnation });
    this.#devices = new Devices({
      ...options,
      tap: options.tap?.devices,
      counters: this.counters,
      health: this.#health.pushes,
      damaged: () => this.#damaged.give(),
    });
    const own = { log, agent: options.id, devices: this.#devices };
    this.#home = new Homecoming({ ...options, ...own });
    this.#farewell = new Farewell({
      ...options,
      agent: options.id,
      incarnation: () => this.incarnation,
      sequence: () => this.#sequence,
      leased: (until) => this.#lease.keep(until),
      up: (kind) => this.#up(kind),
    });
    const reaches = (device: string) => this.#registration.reaches(device);
    this.#work = WorkDesk.of({ ...options, ...own, incarnation, reaches });
    this.#lettingGo = new LettingGo({ ...options, ...own, home: this.#home });
    this.#logic = agentMachine.provide({
      actors: {
        register: worker<AgentEvent>((_, report, signal) => this.#register(report, signal)),
        heartbeat: worker<AgentEvent>(async (_, report, signal) => {
          await Promise.all([
            this.#heartbeat(report, signal),
            this.#registration.watch(signal),
            this.#sweep(signal),
          ]);
        }),
        goodbye: worker<AgentEvent>((_, report, signal) => this.#farewell.goodbye(report, signal)),
        restartLease: worker<AgentEvent>((_, report, signal) =>
          this.#farewell.askLease(report, signal),
        ),
      },
      actions: { unexpected: countUnexpected(log, 'agent', this.counters) },
    });
    this.#actor = this.#created();
  }

  #created(): Actor<AgentMachine> {
    return rootActor(this.#logic, { ...this.#options, tap: this.#options.tap?.agent });
  }

  get state(): string {
    return String(this.#actor.getSnapshot().value);
  }

  get incarnation(): number {
    return this.#actor.getSnapshot().context.incarnation;
  }

  start(): void {
    this.#launch(this.#options.incarnation);
    this.#listen();
    this.#home.begin().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'what this agent held was not looked through');
    });
    this.#subscriptions.push(
      this.#options.bus.onStatus((status) => {
        // Its end may have been that of the store as well, with what had been confirmed.
        if (status === 'connected') this.#claimAnew();
        this.#actor.send({ type: status === 'connected' ? 'bus.connected' : 'bus.disconnected' });
      }),
    );
  }

  #launch(incarnation: number): void {
    const { id, bus, log } = this.#options;
    let state = '';
    this.#actor.subscribe({
      next: ({ value, context }) => {
        if (value === state) return;
        log.info({ agent: id, from: state, to: value, ...context }, 'agent');
        state = String(value);
        if (value !== 'serving') this.#work?.stop();
      },
      error: (error) => this.#crashed(error),
    });
    this.#actor.start();
    this.#actor.send({ type: 'started', incarnation });
    if (bus.status() === 'connected') this.#actor.send({ type: 'bus.connected' });
  }

  /** A bug, of a driver's perhaps: it registers anew, and what it drives is driven on. */
  #crashed(error: unknown): void {
    const { id, log, clock, timings } = this.#options;
    log.error({ agent: id, err: error }, 'the agent actor crashed');
    const { incarnation } = this;
    stopWithChildren(this.#actor);
    const waitMs = backoffMs(this.#crashes, timings.restartMs, timings.restartMaxMs);
    this.#crashes += 1;
    this.#restartTimer = clock.setTimer(waitMs, () => {
      this.#restartTimer = null;
      this.#actor = this.#created();
      this.#launch(incarnation);
    });
  }

  /**
   * Says goodbye, and resolves when nothing is bound here or the time for it is up. One that comes back
   * asks to be waited for instead, and keeps what it holds.
   */
  async stop({ comesBack = false } = {}): Promise<void> {
    const { clock, timings } = this.#options;
    const stopped = new Promise<void>((resolve) => {
      this.#actor.subscribe({ complete: () => resolve(), error: () => resolve() });
    });
    if (this.#restartTimer === null && this.state !== 'stopped') {
      this.#actor.send(comesBack ? { type: 'restart', insists: true } : { type: 'stop' });
    }
    await stopped;
    if (comesBack) await this.#devices.settle(clock.monotonicMs() + timings.goodbyeMs);
    this.kill();
  }

  /** Stops at once and without a word, as a crash would; what runs on devices runs on. */
  kill(): void {
    if (this.#restartTimer !== null) this.#options.clock.clearTimer(this.#restartTimer);
    stopWithChildren(this.#actor);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#circuits.stop();
    this.#lease.stop();
    this.#work?.stop();
    this.#home.stop();
    this.#devices.stop();
  }

  /** The states of the devices that this agent drives, by load balancer. */
  devices(): ReadonlyMap<string, string> {
    return this.#devices.states();
  }

  /** What a record has confirmed may have moved since, and the word of that may have been lost. */
  #claimAnew(): void {
    this.#devices.unconfirm();
    this.#home.unconfirm();
  }

  // What controllers send.

  #listen(): void {
    const { id: agent } = this.#options;
    this.#subscriptions.push(
      ...this.#health.listen(this.#devices),
      ...takeOrders({
        ...this.#options,
        agent,
        incarnation: () => this.incarnation,
        command: (command) => this.#command(command),
        briefed: ({ document }) => this.#devices.prepare(document),
        standing: (standing) => this.#lettingGo.heed(standing),
        release: (order) => this.#lettingGo.release(order),
        restart: (order) => this.#farewell.obey(order, this.#actor),
      }),
    );
  }

  async #command(command: Command): Promise<CommandReply> {
    const { drivers, log } = this.#options;
    if (command.incarnation !== this.incarnation) {
      return { type: 'stale', incarnation: this.incarnation };
    }
    if (this.state === 'stopped' || this.#lease.hasEnded(command.incarnation)) {
      return { type: 'failed', kind: 'retryable', message: 'this incarnation is ending' };
    }
    const driver = drivers.get(command.device);
    if (driver === undefined) {
      const message = `this agent does not drive the device ${command.device}`;
      return { type: 'failed', kind: 'permanent', message };
    }
    const { loadBalancer, epoch, generation, grant, requestId } = command;
    log.info({ loadBalancer, epoch, generation, grant, requestId }, 'commanded');
    this.#home.commanded(loadBalancer);
    const reply = await this.#devices.driven(loadBalancer, driver).command(command);
    this.#work?.settled(loadBalancer, epoch);
    if (reply.type === 'removed') await this.#devices.forget(loadBalancer);
    return reply;
  }

  // What this agent sends.

  #up(kind: string): string {
    const { id, shards } = this.#options;
    return subjects.up(id, subjects.shardOf(id, shards), kind);
  }

  async #register(report: Tell, signal: Cancellation): Promise<void> {
    // The next one was not on record yet when its journal failed, or something else came first.
    if (this.#lease.hasEnded(this.incarnation)) return await this.#takeNext(report);
    const registered = await this.#registration.register(signal);
    if (registered === null) return;
    if (registered.type === 'ended')
      return await this.#takeNext(report, registered.incarnation, registered.reason);
    this.#lease.begin(registered.sentAt, this.incarnation, registered.term);
    this.#claimAnew();
    report({ type: 'register.accepted' });
  }

  /** Of what its devices serve and it does not drive, its judge knows what was deleted, or has moved. */
  #sweep(signal: Cancellation): Promise<void> {
    const { id: agent, timings } = this.#options;
    const ask = strayQuestion({ ...this.#options, agent, subject: this.#up('strays') });
    const drives = (id: string) => this.#devices.get(id) !== null;
    const mended: MendOptions['mended'] = (id, ...rest) => {
      this.#home.mended(id, ...rest);
      this.#devices.get(id)?.retry();
    };
    const round = {
      everyMs: timings.sweepMs,
      ask,
      drives,
      mended,
      reclaim: () => this.#claimAnew(),
      damaged: this.#damaged,
    };
    return sweep({ ...this.#options, ...round }, signal);
  }

  async #heartbeat(report: Tell, signal: Cancellation): Promise<void> {
    const { clock, timings } = this.#options;
    while (!signal.aborted) {
      const sentAt = clock.monotonicMs();
      const reply = await this.#beat();
      if (signal.aborted) return;
      if (reply?.type === 'ended')
        return await this.#takeNext(report, reply.incarnation, reply.reason);
      if (reply?.type === 'unknown') {
        report({ type: 'unknown' });
        return;
      }
      const now = clock.monotonicMs();
      if (reply !== null) {
        if (!this.#lease.renew(sentAt, reply.term)) return await this.#takeNext(report);
        if (this.state === 'isolated') report({ type: 'lease.renewed' });
      } else if (!this.#lease.lasts && this.state === 'serving') {
        if (this.#lease.isServedUnder) return await this.#takeNext(report);
        report({ type: 'lease.ended' });
      }
      const waitMs = Math.max(0, timings.heartbeatMs - (now - sentAt));
      await pause(clock, waitMs, signal);
    }
  }

  /** One heartbeat; null where it was not acknowledged. */
  async #beat(): Promise<HeartbeatReply | null> {
    const { id: agent, bus, timings, log } = this.#options;
    const { incarnation } = this;
    this.#sequence += 1;
    const sequence = this.#sequence;
    const beat = {
      agent,
      incarnation,
      sequence,
      leased: this.#lease.isHeard,
      term: this.#lease.term,
      claims: claimsOf(this.#devices.all(), this.#home.claims()),
    };
    try {
      const reply = await call(bus, this.#beatSubject, beat, HeartbeatReply, timings.ackTimeoutMs);
      if (reply.type !== 'acknowledged') return reply;
      // Only the acknowledgement of this very heartbeat is a lease (R13).
      const mine =
        reply.agent === agent && reply.incarnation === incarnation && reply.sequence === sequence;
      if (!mine || !this.#lease.heeds(reply.term)) return null;
      this.#confirmed(reply.confirmed ?? []);
      this.#work?.heed(this.state === 'serving' ? (reply.queues ?? []) : []);
      return reply;
    } catch (error) {
      log.debug({ agent, sequence, error: String(error) }, 'a heartbeat was not acknowledged');
      return null;
    }
  }

  /** Seats that the judge knows to be on record: no claim of them is needed any more. */
  #confirmed(seats: readonly { loadBalancer: string; epoch: number }[]): void {
    const { id: holder, log } = this.#options;
    for (const seat of seats) {
      this.#lettingGo.heed({ ...seat, holder }).catch((error: unknown) => {
        log.error({ loadBalancer: seat.loadBalancer, err: error }, 'a record was not heeded');
      });
    }
  }

  async #takeNext(report: Tell, told = 0, reason = leaseEnded): Promise<void> {
    await this.#lease.end(this.incarnation, this.#devices.epochs());
    const next = await nextIncarnation(this.#options, this.incarnation, told);
    report({ type: 'incarnation.ended', reason, next });
  }
}
