import { type Actor, fromCallback, type SnapshotFrom } from 'xstate';
import type { Driver } from '../../drivers/contract/driver.ts';
import { DriverError, FencedError } from '../../drivers/contract/errors.ts';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import { restMs } from '../../drivers/contract/retry-after.ts';
import type { Target } from '../../drivers/contract/target.ts';
import {
  covers,
  type DeviceEvent,
  type DeviceMachine,
  deviceMachine,
} from '../../machines/device/machine.ts';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Claim, Command, CommandReply } from '../../machines/protocol/agent-messages.ts';
import type { HealthReport } from '../../machines/protocol/health-messages.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { RootTap } from '../host/actor-tap.ts';
import { countUnexpected, rootOf, stopWithChildren, worker } from '../host/children.ts';
import { rootActor } from '../host/root-actor.ts';
import type { Journal } from '../ports/journal.ts';
import { failureOf } from './device-failure.ts';
import { DeviceHealth } from './device-health.ts';
import { replyTo, wantedOf } from './device-reply.ts';
import type { JournalEntry } from './journal-entry.ts';

/** How many callers may wait for one device; the oldest is sent away for a newer one. */
export const waitersMax = 8;

export interface DeviceOptions {
  readonly id: string;
  readonly driver: Driver;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly journal: Journal;
  readonly counters: { unexpected: number };
  readonly tap?: RootTap | undefined;
  /** How its traffic fares; null: this agent can't tell any more, because it does not hold it. */
  readonly told: (report: Omit<HealthReport, 'loadBalancer'> | null, answered: boolean) => void;
  /** Its marker can't be read: nothing can be done to it before that is mended. */
  readonly damaged: () => void;
  /** It was removed when nobody waited for that any more: there is nothing left to be remembered. */
  readonly removed: () => void;
}

interface Waiter {
  readonly command: Command;
  readonly resolve: (reply: CommandReply) => void;
}

type Snapshot = SnapshotFrom<DeviceMachine>;
type Report = (event: DeviceEvent) => void;

/** Devices by their actors: a child of the machine finds the device that it works for. */
const devices = new WeakMap<object, Device>();

function deviceOf(root: object): Device {
  const device = devices.get(root);
  if (device === undefined) throw new Error('this actor is no device of an agent');
  return device;
}

/** One machine for all devices, because providing parts costs more than all that a device does. */
const logic = deviceMachine.provide({
  actors: {
    execute: worker<DeviceEvent>((_id, report, _signal, root) => deviceOf(root).execute(report)),
    watch: fromCallback(({ sendBack, system }) => deviceOf(rootOf(system)).watch(sendBack)),
    backoff: fromCallback(({ sendBack, system }) => deviceOf(rootOf(system)).backoff(sendBack)),
  },
  actions: {
    unexpected: (args) => deviceOf(rootOf(args.system)).unexpected(args),
  },
});

/** One load balancer on one device: its machine, and those who wait for what becomes of it. */
export class Device {
  readonly #options: DeviceOptions;
  #actor: Actor<DeviceMachine>;
  #crashes = 0;
  #restartTimer: Timer | null = null;
  #command: Command | null = null;
  #waiters: Waiter[] = [];
  readonly #health: DeviceHealth;
  /** The newest generation that the device confirmed. */
  #generation = 0;
  /** Is a record known to be at least as new as what this device holds? Otherwise it is claimed. */
  #confirmed = false;
  /** Is it neither gone nor somebody else's, as its actor saw it last? */
  #isDriving = false;
  /** Does whoever commanded the removal know that it is done? */
  #isRemovalTold = false;
  readonly unexpected: ReturnType<typeof countUnexpected>;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#health = this.#watcher();
    this.unexpected = countUnexpected(options.log, 'device', options.counters);
    this.#actor = this.#launched();
  }

  get state(): string {
    return String(this.#actor.getSnapshot().value);
  }

  /** Does it serve here, as far as is known? */
  get holds(): boolean {
    return this.state !== 'absent' && this.state !== 'fenced';
  }

  /** Of the device that it is on, in the whole deployment; null before it was commanded. */
  get name(): string | null {
    return this.#command?.device ?? null;
  }

  /** By which it was commanded last; 0 before that. */
  get epoch(): number {
    return this.#command?.epoch ?? 0;
  }

  get driver(): Driver {
    return this.#options.driver;
  }

  /** Resolves when the command is settled, one way or the other. */
  command(command: Command): Promise<CommandReply> {
    return this.#take(command, !command.grant);
  }

  /**
   * Goes on with what this agent held before it was started anew, although nobody commands it now. It is
   * claimed until a record says so, too.
   */
  resume(target: Target, device: string, edit: string | null): Promise<CommandReply> {
    const { id: loadBalancer, epoch, generation, document } = target;
    const held = { loadBalancer, epoch, generation, document, device, requestId: edit };
    return this.#take({ ...held, incarnation: 1, status: 'live', grant: false }, false);
  }

  #take(command: Command, isOnRecord: boolean): Promise<CommandReply> {
    const { epoch, status } = command;
    const known = this.#command;
    if (status === 'live' && this.#isRemoving && epoch > (known?.epoch ?? 0)) {
      // Its record has lost the deletion. The removal was commanded by one that had it, and goes on (R8).
      const message = 'its removal is under way';
      return Promise.resolve({ type: 'failed', kind: 'retryable', message });
    }
    const newer =
      known === null ||
      epoch > known.epoch ||
      (epoch === known.epoch && !covers(wantedOf(known), wantedOf(command)));
    if (known === null) this.#show();
    if (newer) this.#command = command;
    if (isOnRecord && epoch === this.#command?.epoch) this.#confirmed = true;
    return new Promise((resolve) => {
      // A crashed one takes the newest command when it begins anew.
      if (this.#restartTimer === null) {
        this.#actor.send({ type: 'command', wanted: wantedOf(command) });
      }
      const reply = this.#replyTo(command, this.#actor.getSnapshot());
      if (reply !== null) {
        this.#isRemovalTold ||= reply.type === 'removed';
        resolve(reply);
        return;
      }
      this.#waiters.push({ command, resolve });
      if (this.#waiters.length > waitersMax) {
        const message = 'it is still under way';
        this.#waiters.shift()?.resolve({ type: 'failed', kind: 'retryable', message });
      }
    });
  }

  get #isRemoving(): boolean {
    return this.state === 'removing' || this.state === 'removalFailing';
  }

  /** What the record says; true when nothing is left here to be remembered. */
  standing(record: Pick<Seat, 'agent' | 'epoch'>, self: string): boolean {
    const { context } = this.#actor.getSnapshot();
    const held = context.wanted?.epoch ?? 0;
    if (record.epoch >= held && record.agent !== self) {
      this.#actor.send({ type: 'superseded', epoch: record.epoch });
    } else if (record.epoch >= held && record.agent === self) this.#confirmed = true;
    const after = this.#actor.getSnapshot();
    return after.matches('fenced') && record.epoch >= (after.context.fencedBy?.epoch ?? 0);
  }

  /** A new incarnation's seats, and all seats after an outage, are in question until a record names them. */
  unconfirm(): void {
    this.#confirmed = false;
  }

  /** What kept it from being carried out is put right: what waits to be tried again is tried at once. */
  retry(): void {
    this.#actor.send({ type: 'retry.due' });
  }

  /** What has to be told with heartbeats, until a record is as new (R9); null when nothing. */
  claim(): Claim | null {
    // Asked of each with each heartbeat, and an agent may drive very many.
    if (this.#confirmed && this.#isDriving) return null;
    const { value, context } = this.#actor.getSnapshot();
    const loadBalancer = this.#options.id;
    const device = this.name ?? undefined;
    if (value === 'fenced' && context.fencedBy !== null) {
      const { epoch, generation, removed } = context.fencedBy;
      return { loadBalancer, epoch, generation, removed, device };
    }
    if (value === 'absent' && context.applied?.live === false && !this.#isRemovalTold) {
      // Removed only when its command had been answered by a failure: that it is done ends a deletion (R8).
      const { epoch, generation } = context.applied;
      return { loadBalancer, epoch, generation, removed: true, device };
    }
    const held = context.applied ?? context.wanted;
    if (this.#confirmed || held === null || value === 'absent') return null;
    const { epoch, generation } = held;
    return { loadBalancer, epoch, generation, removed: false, device };
  }

  stop(): void {
    this.#health.unwatch();
    if (this.#restartTimer !== null) this.#options.clock.clearTimer(this.#restartTimer);
    stopWithChildren(this.#actor);
    if (this.#command !== null) this.#options.tap?.gone(this.#options.id);
    this.#sendAway('the agent is stopping');
  }

  #launched(): Actor<DeviceMachine> {
    const { id, clock } = this.#options;
    const actor = rootActor(logic, { id, clock });
    devices.set(actor, this);
    actor.subscribe({
      next: (snapshot) => this.#stepped(snapshot),
      error: (error) => this.#crashed(error),
    });
    return actor.start();
  }

  /** From its first command on, others may look on. */
  #show(): void {
    this.#options.tap?.created(this.#options.id, this.#actor);
  }

  /** A bug, of a driver's perhaps: it begins anew with what was last commanded. */
  #crashed(error: unknown): void {
    const { id, log, clock, timings } = this.#options;
    log.error({ loadBalancer: id, err: error }, 'the device actor crashed');
    stopWithChildren(this.#actor);
    this.#sendAway('the device actor crashed, and begins anew');
    const waitMs = backoffMs(this.#crashes, timings.restartMs, timings.restartMaxMs);
    this.#crashes += 1;
    this.#restartTimer = clock.setTimer(waitMs, () => {
      this.#restartTimer = null;
      this.#actor = this.#launched();
      this.#show();
      if (this.#command === null) return;
      this.#actor.send({ type: 'command', wanted: wantedOf(this.#command) });
    });
  }

  #sendAway(message: string): void {
    for (const { resolve } of this.#waiters) {
      resolve({ type: 'failed', kind: 'retryable', message });
    }
    this.#waiters = [];
  }

  #stepped(snapshot: Snapshot): void {
    const awaited = this.#waiters.length > 0;
    this.#waiters = this.#waiters.filter(({ command, resolve }) => {
      const reply = this.#replyTo(command, snapshot);
      if (reply === null) return true;
      this.#isRemovalTold ||= reply.type === 'removed';
      resolve(reply);
      return false;
    });
    const { value, context } = snapshot;
    this.#isDriving = value !== 'absent' && value !== 'fenced';
    if (value === 'active' || value === 'failing') this.#health.watch();
    else this.#health.unwatch();
    if (value === 'absent' || value === 'fenced') this.#options.told(null, false);
    if (!awaited && value === 'absent' && context.applied?.live === false) this.#options.removed();
  }

  #replyTo(command: Command, snapshot: Snapshot): CommandReply | null {
    return replyTo(command, snapshot, this.#health.operating);
  }

  // What the machine's children do.

  async execute(report: Report): Promise<void> {
    const { id, driver, journal, log } = this.#options;
    const command = this.#command;
    if (command === null) throw new Error('a device was started without a command');
    const wanted = wantedOf(command);
    const { epoch, generation, document } = command;
    try {
      const entry: JournalEntry = { ...wanted, device: command.device };
      await journal.save(id, JSON.stringify(entry));
      if (wanted.live) {
        const applied = await driver.apply({ id, epoch, generation, document });
        this.#health.found(applied.operating);
        this.#generation = applied.marker.generation;
        const answered = this.#waiters.length > 0;
        report({ type: 'execute.applied', wanted, marker: applied.marker });
        this.#health.tellFound(answered);
      } else {
        await driver.remove({ id, epoch, generation });
        report({ type: 'execute.removed', wanted });
      }
    } catch (error) {
      if (error instanceof FencedError) {
        report({ type: 'execute.fenced', marker: error.marker });
        return;
      }
      if (!(error instanceof DriverError)) {
        log.error(
          { loadBalancer: id, err: error },
          'a driver failed in a way that it does not declare',
        );
      }
      if (error instanceof DamagedMarker) this.#options.damaged();
      const failure = failureOf(error);
      report({ type: 'execute.failed', wanted, failure });
      this.#health.trouble(failure.message);
    }
  }

  watch(report: Report): () => void {
    const { id, driver, clock, timings, log } = this.#options;
    const stop = driver.watch(id, (notice) => {
      if (notice.type === 'differs') {
        log.warn(
          { loadBalancer: id, reason: notice.reason },
          'what differs on a device is left so',
        );
        this.#health.differs(notice);
        return;
      }
      if (notice.isMarkerDamaged === true) this.#options.damaged();
      if (notice.type === 'down') {
        this.#health.down(notice.reason);
        this.#confirmed = false;
        report({ type: 'device.down', reason: notice.reason });
        return;
      }
      if (notice.type === 'drifted') {
        this.#confirmed = false;
        log.warn(
          { loadBalancer: id, reason: notice.reason },
          'a device does not hold what was written to it',
        );
        report({ type: 'device.drifted', reason: notice.reason });
      }
    });
    // One that has not failed has nothing to be forgotten.
    if (this.#actor.getSnapshot().context.failures === 0) return stop;
    const timer = clock.setTimer(timings.deviceStableMs, () => report({ type: 'device.stable' }));
    return () => {
      stop();
      clock.clearTimer(timer);
    };
  }

  backoff(report: Report): () => void {
    const { clock, timings } = this.#options;
    const { failure, failures } = this.#actor.getSnapshot().context;
    const growing = backoffMs(failures - 1, timings.deviceRetryMs, timings.deviceRetryMaxMs);
    const ownMs = failure?.kind === 'permanent' ? timings.refusalRetryMs : growing;
    const waitMs = restMs(ownMs, failure?.retryAfterMs ?? null);
    const timer = clock.setTimer(waitMs, () => report({ type: 'retry.due' }));
    return () => clock.clearTimer(timer);
  }

  #watcher(): DeviceHealth {
    const { id, driver, told } = this.#options;
    return new DeviceHealth(id, driver.health, ({ operating, reason, answered }) => {
      const { epoch } = this;
      told({ epoch, generation: this.#generation, operating, reason }, answered);
    });
  }
}
