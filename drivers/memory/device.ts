import type { OperatingReport } from '../../machines/model/status.ts';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Applied, DeviceNotice, Observed, Target } from '../contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import {
  FencedError,
  type Marker,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';
import { admitApply, admitRemove } from '../contract/fence.ts';
import { absentReport, healthyReport } from './operating.ts';

/** Entries that an apply log keeps; a device that outlives them counts what it left out. */
export const applyLogLimit = 1_000_000;

/** One thing that happened to a load balancer on the device. */
export interface ApplyLogEntry {
  /** The clock's monotonic milliseconds. */
  readonly at: number;
  readonly lb: string;
  readonly epoch: number;
  readonly generation: number;
  readonly agent: string;
  /** `claimed`: the epoch was taken over, the newer content left (R7). */
  readonly kind: 'applied' | 'claimed' | 'removed' | 'refused';
}

export interface DeviceCall {
  readonly type: 'apply' | 'remove' | 'observe';
  readonly agent: string;
  readonly lb: string;
}

/** How long a call is on its way to the device, and its answer on the way back. */
export interface Latency {
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface MemoryDeviceOptions {
  readonly clock: Clock;
  /** Asked at each call; without it, calls take no time. */
  readonly latency?: (call: DeviceCall) => Latency;
  /** Told of each log entry at the moment it happens. */
  readonly onEntry?: (entry: ApplyLogEntry) => void;
}

/** How the next calls fail: before anything was done, or after it was done but not answered. */
export type CallFault = 'retryable' | 'unknown';

/** Who asks what of a load balancer. */
export interface Asked {
  readonly id: string;
  readonly epoch: number;
  readonly generation: number;
}

interface Held {
  marker: Marker;
  document: LoadBalancerDocument | null;
  operating: OperatingReport;
  running: boolean;
}

const atOnce: Latency = { beforeMs: 0, afterMs: 0 };

/**
 * An appliance that lives in memory: the reference of what a device with a conditional write does.
 * Several agents' drivers share one instance, as they would share one appliance. Each write checks
 * and changes within one turn of the event loop, so nothing can come between.
 */
export class MemoryDevice {
  readonly #clock: Clock;
  readonly #latency: (call: DeviceCall) => Latency;
  readonly #onEntry: (entry: ApplyLogEntry) => void;
  readonly #held = new Map<string, Held>();
  readonly #watchers = new Set<(id: string, notice: DeviceNotice) => void>();
  readonly #refusals = new Map<string, string>();
  readonly #log: ApplyLogEntry[] = [];
  #dropped = 0;
  #faults: { left: number; fault: CallFault } = { left: 0, fault: 'retryable' };
  #unreachable: string | null = null;

  constructor(options: MemoryDeviceOptions) {
    this.#clock = options.clock;
    this.#latency = options.latency ?? (() => atOnce);
    this.#onEntry = options.onEntry ?? (() => undefined);
  }

  /** What happened, oldest first, up to {@link applyLogLimit} entries. */
  get log(): readonly ApplyLogEntry[] {
    return this.#log;
  }

  /** How many entries found no more room in the log. */
  get droppedLogEntries(): number {
    return this.#dropped;
  }

  apply(agent: string, target: Target): Promise<Applied> {
    return this.#call({ type: 'apply', agent, lb: target.id }, () => this.#apply(agent, target));
  }

  remove(agent: string, asked: Asked): Promise<Marker> {
    return this.#call({ type: 'remove', agent, lb: asked.id }, () => this.#remove(agent, asked));
  }

  observe(agent: string, id: string): Promise<Observed | null> {
    return this.#call({ type: 'observe', agent, lb: id }, () => this.peek(id));
  }

  /** What the device holds at this moment, as a test or a checker sees it: no call, no fault. */
  peek(id: string): Observed | null {
    const held = this.#held.get(id);
    if (held === undefined) return null;
    return { marker: held.marker, running: held.running, operating: held.operating };
  }

  /** The content that the device serves; null where it serves none. */
  content(id: string): LoadBalancerDocument | null {
    return this.#held.get(id)?.document ?? null;
  }

  /** Tells of every load balancer's notices until the returned function is called. */
  watch(notify: (id: string, notice: DeviceNotice) => void): () => void {
    // A function of its own, so that one that watches twice is told twice, and unwatches once.
    const watcher = (id: string, notice: DeviceNotice) => notify(id, notice);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Null where the device answers; else why not. */
  get unreachable(): string | null {
    return this.#unreachable;
  }

  /** Makes every call fail as retryable, with this reason, until it is called with null. */
  setUnreachable(reason: string | null): void {
    this.#unreachable = reason;
  }

  /** The device refuses every content for this load balancer in these words; null ends it. */
  refuse(id: string, words: string | null): void {
    if (words === null) this.#refusals.delete(id);
    else this.#refusals.set(id, words);
  }

  /** The next `count` writes fail in this way. */
  failNext(count: number, fault: CallFault): void {
    this.#faults = { left: count, fault };
  }

  /** What serves the load balancer dies; its marker stays, as on a disk. */
  breakDown(id: string, reason: string): void {
    const held = this.#held.get(id);
    if (held === undefined || !held.running) return;
    held.running = false;
    this.#notify(id, { type: 'down', reason });
  }

  /** The device's health checks find this. */
  setOperating(id: string, operating: OperatingReport): void {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`the device has never heard of load balancer ${id}`);
    held.operating = operating;
    this.#notify(id, { type: 'status', operating });
  }

  async #call<T>(call: DeviceCall, run: () => T): Promise<T> {
    const { beforeMs, afterMs } = this.#latency(call);
    if (beforeMs > 0) await delay(this.#clock, beforeMs);
    this.#refuseUnreachable();
    const result = call.type === 'observe' ? run() : this.#faulty(run);
    if (afterMs > 0) await delay(this.#clock, afterMs);
    return result;
  }

  #faulty<T>(run: () => T): T {
    if (this.#faults.left === 0) return run();
    this.#faults.left -= 1;
    if (this.#faults.fault === 'retryable') throw new RetryableError('the device is busy');
    run();
    throw new UnknownOutcomeError('the device did not answer');
  }

  #refuseUnreachable(): void {
    if (this.#unreachable !== null) throw new RetryableError(this.#unreachable);
  }

  #apply(agent: string, target: Target): Applied {
    const { id, epoch, generation, document } = target;
    const held = this.#held.get(id) ?? null;
    const verdict = this.#admitted(agent, target, () => admitApply(held?.marker ?? null, target));
    const words = this.#refusals.get(id);
    if (words !== undefined && verdict.writeContent) throw new PermanentError(words);
    const content = verdict.writeContent ? document : (held?.document ?? null);
    const operating =
      content === null || !verdict.writeContent
        ? (held?.operating ?? absentReport)
        : healthyReport(content);
    const running = verdict.writeContent || held?.running === true;
    this.#held.set(id, { marker: verdict.marker, document: content, operating, running });
    const kind = verdict.writeContent ? 'applied' : 'claimed';
    this.#record({ at: this.#clock.monotonicMs(), lb: id, epoch, generation, agent, kind });
    return { marker: verdict.marker, contentApplied: verdict.writeContent, operating };
  }

  #remove(agent: string, asked: Asked): Marker {
    const held = this.#held.get(asked.id) ?? null;
    const marker = this.#admitted(agent, asked, () => admitRemove(held?.marker ?? null, asked));
    this.#held.set(asked.id, { marker, document: null, operating: absentReport, running: false });
    if (held?.marker.removed !== true) this.#recordAsked('removed', agent, asked);
    return marker;
  }

  /** Runs the fence's verdict, and notes a refusal before it is passed on. */
  #admitted<T>(agent: string, asked: Asked, admit: () => T): T {
    try {
      return admit();
    } catch (error) {
      if (error instanceof FencedError) this.#recordAsked('refused', agent, asked);
      throw error;
    }
  }

  #recordAsked(kind: 'removed' | 'refused', agent: string, asked: Asked): void {
    const { id, epoch, generation } = asked;
    this.#record({ at: this.#clock.monotonicMs(), lb: id, epoch, generation, agent, kind });
  }

  #record(entry: ApplyLogEntry): void {
    if (this.#log.length < applyLogLimit) this.#log.push(entry);
    else this.#dropped += 1;
    this.#onEntry(entry);
  }

  #notify(id: string, notice: DeviceNotice): void {
    for (const watcher of [...this.#watchers]) watcher(id, notice);
  }
}
