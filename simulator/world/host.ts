import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import type { WorkQueues } from '../../src/ports/work-queue.ts';
import type { Log } from '../../machines/ports/log.ts';
import { HostTime } from './host-time.ts';
import { type PersistencePoint, VirtualProcess } from './process.ts';
import { recordingLog } from './recording-log.ts';
import { ProcessClock } from './virtual-clock.ts';
import { Uplink } from './uplink.ts';
import type { World } from './world.ts';

/** The process of a host that runs, or is coming up. */
export interface HostProcess {
  readonly process: VirtualProcess;
  readonly clock: ProcessClock;
  readonly log: Log;
  /** Null where nothing is queued. */
  readonly queues: WorkQueues | null;
  /** Opens its connection to the bus, which dies with it. */
  connect(name: string): MemoryBus;
}

/** A host with one process on it. What happens to a host outlasts the process. */
export abstract class Host {
  readonly id: string;
  readonly time: HostTime;
  /** Its process's connection to NATS. */
  readonly uplink: Uplink;
  protected readonly world: World;
  #process: VirtualProcess | null = null;
  #suspendedAtMs: number | null = null;
  #givenUp = false;
  #paceMs: (() => number) | null = null;
  #paused = false;
  #lives = 0;
  /** Since when its process can't do all that it has to; null where it can. */
  #heldUpSinceMs: number | null = null;
  #heldUpMs = 0;
  #doom: ((point: PersistencePoint) => void) | null = null;

  constructor(id: string, world: World) {
    this.id = id;
    this.world = world;
    this.time = new HostTime(world.time);
    this.uplink = new Uplink({ id, world, inOrder: (run) => this.inOrder(run) });
  }

  /** How often its process was started; what one life knew, the next one does not. */
  get lives(): number {
    return this.#lives;
  }

  /** Does nothing where the process runs, or is about to. */
  abstract start(): Promise<void>;

  /** Does it run, or is it about to? Or was it given up for good? */
  protected get isUp(): boolean {
    return this.#process !== null || this.#givenUp;
  }

  get isGivenUp(): boolean {
    return this.#givenUp;
  }

  /** It is left as it is now: nothing starts it any more. */
  giveUp(): void {
    this.#givenUp = true;
  }

  protected boot(): HostProcess {
    const { id, world } = this;
    const process = new VirtualProcess(id, (delayMs, run) => {
      world.time.schedule(delayMs, id, run);
    });
    this.#process = process;
    this.#lives += 1;
    process.slowDown(this.#paceMs);
    process.watchPoints(this.#doom);
    if (this.#suspendedAtMs !== null) process.pause();
    const deliver = (run: () => void): void => process.deliver(run);
    const clock = new ProcessClock(world.time, id, deliver, this.time);
    process.onDeath(() => clock.stop());
    const log = recordingLog((level, fields, message) => {
      if (process.alive) world.emit({ type: 'logged', process: id, level, fields, message });
    });
    const queues = world.queues?.as(id, { clock, log, deliver }) ?? null;
    process.onDeath(() => world.queues?.line(id).disconnect());
    this.uplink.boot();
    const connect = (name: string): MemoryBus => {
      const bus = world.network.broker.connect(name, name, clock);
      process.onDeath(() => this.uplink.end());
      this.uplink.open(bus, clock, log);
      return bus;
    };
    return { process, clock, log, queues, connect };
  }

  /** For how long its processes were paused, suspended or slow, all in all. */
  get heldUpMs(): number {
    const sinceMs = this.#heldUpSinceMs;
    return this.#heldUpMs + (sinceMs === null ? 0 : this.world.time.nowMs - sinceMs);
  }

  /** It runs, and is not paused or suspended. */
  get isAwake(): boolean {
    return this.#process !== null && !this.#paused && this.#suspendedAtMs === null;
  }

  #noteHoldUp(): void {
    const isHeldUp = this.#paused || this.#suspendedAtMs !== null || this.#paceMs !== null;
    this.#heldUpMs = this.heldUpMs;
    this.#heldUpSinceMs = isHeldUp ? this.world.time.nowMs : null;
  }

  kill(): void {
    this.#paused = false;
    this.#noteHoldUp();
    const process = this.#process;
    this.#process = null;
    process?.kill();
  }

  /** The process stands still; the host's clocks do not. */
  pause(): void {
    this.#process?.pause();
    this.#paused = this.#process !== null;
    this.#noteHoldUp();
  }

  resume(): void {
    this.#paused = false;
    this.#noteHoldUp();
    if (this.#suspendedAtMs === null) this.#process?.resume();
  }

  /** As a virtual machine is suspended: its process and its monotonic clock stand still. */
  suspend(): void {
    if (this.#suspendedAtMs !== null) return;
    this.#suspendedAtMs = this.world.time.nowMs;
    this.#noteHoldUp();
    this.time.freeze();
    this.#process?.pause();
  }

  /** Its wall clock is set at once, or has missed the time that it slept. */
  wake(wall: 'set' | 'late'): void {
    if (this.#suspendedAtMs === null) return;
    const sleptMs = this.world.time.nowMs - this.#suspendedAtMs;
    this.#suspendedAtMs = null;
    this.time.thaw();
    if (wall === 'late') this.time.setWallOffset(this.time.wallOffsetMs - sleptMs);
    this.resume();
  }

  /** Every piece of work takes as long as this draws; null ends that. */
  slowDown(paceMs: (() => number) | null): void {
    this.#paceMs = paceMs;
    this.#noteHoldUp();
    this.#process?.slowDown(paceMs);
  }

  /** Kills the process, or the one that comes after it, at the n-th such moment from now on. */
  killAt(point: PersistencePoint, count: number): void {
    let left = count;
    this.#watch((reached) => {
      if (reached !== point) return;
      left -= 1;
      if (left > 0) return;
      this.spare();
      this.kill();
    });
  }

  /** It is not to be killed after all. */
  spare(): void {
    this.#watch(null);
  }

  #watch(doom: ((point: PersistencePoint) => void) | null): void {
    this.#doom = doom;
    this.#process?.watchPoints(doom);
  }

  /** Its server says that another one of the cluster has gone. */
  hearServerLost(): void {
    this.uplink.bus?.tellServerLost();
  }

  /** Behind what its process has yet to hear; at once where there is none. */
  inOrder(run: () => void): void {
    if (this.#process === null) run();
    else this.#process.deliver(run);
  }
}
