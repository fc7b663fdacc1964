import type { ListenerStatistics, Statistics } from '../../machines/health/statistics.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Applied, DeviceNotice, Observed, Surveyed } from '../contract/driver.ts';
import {
  FencedError,
  type Marker,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';
import { admitApply, admitRemove } from '../contract/fence.ts';
import type { Target } from '../contract/target.ts';
import { Contents, halfOf, type Held, type Kept } from './contents.ts';
import type {
  ApplyLogEntry,
  DeviceCall,
  Latency,
  MemoryDeviceOptions,
  ServingCause,
} from './device-options.ts';
import { DeviceTraffic } from './traffic.ts';
import { DeviceTrouble } from './trouble.ts';

export type { ApplyLogEntry, MemoryDeviceOptions } from './device-options.ts';

/** Entries that an apply log keeps; a device that outlives them counts what it left out. */
export const applyLogLimit = 1_000_000;

/** Who asks what of a load balancer. */
export interface Asked {
  readonly id: string;
  readonly epoch: number;
  readonly generation: number;
}

/** What an apply came to, and by what the content can be known again. */
export interface AppliedThere extends Applied {
  readonly etag: string;
}

/** What a survey tells of one load balancer. */
export interface SurveyedThere extends Surveyed {
  readonly running: boolean;
  readonly etag: string;
  readonly operating: OperatingReport;
}

/** What the device tells by itself of one load balancer. */
export type MemoryNotice =
  DeviceNotice | { readonly type: 'status'; readonly operating: OperatingReport };

/** Who holds what was released: no agent has this name. */
const nobody = '';

const atOnce: Latency = { beforeMs: 0, afterMs: 0 };

/**
 * An appliance that lives in memory: the reference of what a device with a conditional write does.
 * Several agents' drivers share one instance, as they would share one appliance. Each write checks
 * and changes within one turn of the event loop, so nothing can come between.
 */
export class MemoryDevice {
  readonly trouble: DeviceTrouble;
  readonly #traffic = new DeviceTraffic();
  readonly #options: MemoryDeviceOptions;
  readonly #clock: Clock;
  readonly #latency: (call: DeviceCall) => Latency;
  readonly #fence: { readonly apply: typeof admitApply; readonly remove: typeof admitRemove };
  readonly #contents = new Contents();
  readonly #served = new Map<string, string>();
  readonly #watchers = new Set<(id: string, notice: MemoryNotice) => void>();
  readonly #log: ApplyLogEntry[] = [];
  /** The newest answer to a survey, and at how many changes it was made. */
  #surveyed: { readonly changes: number; readonly found: readonly SurveyedThere[] } = {
    changes: 0,
    found: [],
  };
  #dropped = 0;
  #etags = 0;
  /** Grows with each boot: what was on its way to or from it before is lost. */
  #boots = 0;
  #down: string | null = null;

  constructor(options: MemoryDeviceOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#latency = options.latency ?? (() => atOnce);
    this.#fence = options.fence ?? { apply: admitApply, remove: admitRemove };
    this.trouble = new DeviceTrouble(options.clock);
  }

  /** What happened, oldest first, up to {@link applyLogLimit} entries. */
  get log(): readonly ApplyLogEntry[] {
    return this.#log;
  }

  /** How many entries found no more room in the log. */
  get droppedLogEntries(): number {
    return this.#dropped;
  }

  /** Null where the device answers; else why not. */
  get unreachable(): string | null {
    return this.#down ?? this.trouble.unreachable;
  }

  /** Null where it answers this agent; else why not. */
  unreachableFor(agent: string): string | null {
    return this.#down ?? this.trouble.unreachableFor(agent);
  }

  apply(agent: string, target: Target): Promise<AppliedThere> {
    return this.#write({ type: 'apply', agent, lb: target.id }, (seen) =>
      this.#apply(agent, target, seen),
    );
  }

  remove(agent: string, asked: Asked): Promise<Marker> {
    return this.#write({ type: 'remove', agent, lb: asked.id }, (seen) =>
      this.#remove(agent, asked, seen),
    );
  }

  /**
   * It is served elsewhere under this epoch: nothing older serves it here, or will. What is held here
   * by that epoch or a newer one is left alone.
   */
  release(agent: string, { id, epoch }: Pick<Asked, 'id' | 'epoch'>): Promise<void> {
    return this.#write({ type: 'release', agent, lb: id }, () => {
      const held = this.#contents.get(id);
      if (held === null || held.marker.removed || held.marker.epoch >= epoch) return;
      const marker = { ...held.marker, epoch };
      const rest = { document: null, running: false };
      this.#contents.set(id, { marker, ...rest, etag: this.#nextEtag(), agent: nobody });
      this.#tellServing(id, 'call');
    });
  }

  observe(agent: string, id: string): Promise<Observed | null> {
    return this.#read({ type: 'observe', agent, lb: id }, () => this.peek(id));
  }

  /** Everything that the device has the content of: the same list while nothing changes. */
  survey(agent: string): Promise<readonly SurveyedThere[]> {
    return this.#read({ type: 'survey', agent, lb: '' }, () => {
      const changes = this.#contents.changes + this.#traffic.changes;
      if (this.#surveyed.changes !== changes) {
        const found: SurveyedThere[] = [];
        for (const [id, { document, marker, running, etag }] of this.#contents.entries()) {
          if (document === null) continue;
          const operating = this.#traffic.report(id, document, running);
          found.push({ id, marker, running, etag, operating });
        }
        this.#surveyed = { changes, found };
      }
      return this.#surveyed.found;
    });
  }

  /** What the device holds at this moment, as a test or a checker sees it: no call, no fault. */
  peek(id: string): Observed | null {
    const held = this.#contents.get(id);
    if (held === null) return null;
    const running = held.running && this.#down === null;
    return {
      marker: held.marker,
      running,
      operating: this.#traffic.report(id, held.document, running),
    };
  }

  /** The counters of its listeners; null where the device has no content of it. */
  statistics(agent: string, id: string): Promise<ListenerStatistics | null> {
    return this.#read({ type: 'statistics', agent, lb: id }, () => {
      const document = this.content(id);
      return document === null ? null : this.#traffic.statistics(document);
    });
  }

  /** The content that the device serves; null where it serves none. */
  content(id: string): LoadBalancerDocument | null {
    return this.#contents.get(id)?.document ?? null;
  }

  /** The agent whose call was accepted last; null where it has never heard of it. */
  holder(id: string): string | null {
    const agent = this.#contents.get(id)?.agent ?? nobody;
    return agent === nobody ? null : agent;
  }

  /** Is it served to anybody at this moment? */
  isServed(id: string): boolean {
    const held = this.#contents.get(id);
    const runs = held !== null && held.document !== null && held.running && this.#down === null;
    return runs && this.#options.addressed?.(id) !== false;
  }

  /** Its address has come or gone. */
  readdressed(id: string): void {
    this.#tellServing(id, 'trouble');
  }

  /** What it knows anything of. */
  ids(): readonly string[] {
    return this.#contents.ids();
  }

  /** Tells of every load balancer's notices until the returned function is called. */
  watch(notify: (id: string, notice: MemoryNotice) => void): () => void {
    // A function of its own, so that one that watches twice is told twice, and unwatches once.
    const watcher = (id: string, notice: MemoryNotice) => notify(id, notice);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What serves the load balancer dies; its marker stays, as on a disk. */
  breakDown(id: string, reason: string): void {
    const held = this.#contents.get(id);
    if (held === null || !held.running) return;
    this.#contents.set(id, { ...held, running: false });
    this.#tellServing(id, 'trouble');
    this.#notify(id, { type: 'down', reason });
    this.#tellStatus(id);
  }

  /** A member's server goes down, or comes up again, and the device's checks find it. */
  setFailing(id: string, member: string, isFailing: boolean): void {
    if (this.#traffic.setFailing(id, member, isFailing)) this.#tellStatus(id);
  }

  /** Something came through a listener. */
  count(listener: string, more: Partial<Statistics>): void {
    this.#traffic.count(listener, more);
  }

  /** Somebody changes what the device serves behind the drivers' backs; null: throws it away. */
  tamper(
    id: string,
    change: (document: LoadBalancerDocument) => LoadBalancerDocument | null,
  ): void {
    const held = this.#contents.get(id);
    if (held === null || held.document === null) return;
    const document = change(held.document);
    if (document === null) this.#contents.forget(id);
    else this.#contents.set(id, { ...held, document, etag: this.#nextEtag() });
    this.#tellServing(id, 'trouble');
  }

  /** Somebody changes its marker alone, and perhaps what it serves; null: nothing is known of it any more. */
  remark(id: string, marker: Marker | null, keepsContent: boolean): void {
    const held = this.#contents.get(id);
    if (held === null) return;
    const rest = keepsContent ? held : { ...held, document: null, running: false };
    if (marker === null) this.#contents.forget(id);
    else this.#contents.set(id, { ...rest, marker });
    this.#tellServing(id, 'trouble');
  }

  /** It goes down: nothing serves, nothing answers, and what was on its way is lost. */
  halt(reason: string): void {
    this.#down = reason;
    this.#boots += 1;
    for (const id of this.ids()) this.#tellServing(id, 'trouble');
  }

  /** It comes up with what it has kept. Nobody is told; who wants to know has to look. */
  boot(kept: Kept): void {
    this.#down = null;
    const before = this.ids();
    this.#contents.boot(kept);
    for (const id of new Set([...before, ...this.ids()])) this.#tellServing(id, 'trouble');
  }

  async #read<T>(call: DeviceCall, run: () => T): Promise<T> {
    const boots = this.#boots;
    const { beforeMs, afterMs } = this.#latency(call);
    if (beforeMs > 0) await delay(this.#clock, beforeMs);
    this.#admitCall(call);
    const result = run();
    if (afterMs > 0) await delay(this.#clock, afterMs);
    if (boots !== this.#boots) throw new RetryableError('the device went down meanwhile');
    return result;
  }

  async #write<T>(call: DeviceCall, run: (seen: Marker | null) => T): Promise<T> {
    const boots = this.#boots;
    const lost = (): void => {
      if (boots !== this.#boots) throw new UnknownOutcomeError('the device went down meanwhile');
    };
    const { beforeMs, afterMs } = this.#latency(call);
    if (beforeMs > 0) await delay(this.#clock, beforeMs);
    lost();
    this.#admitCall(call);
    const seen = this.#contents.get(call.lb)?.marker ?? null;
    if (this.#options.markerAgeMs !== undefined) {
      await delay(this.#clock, this.#options.markerAgeMs());
      lost();
    }
    const result = run(seen);
    if (afterMs > 0) await delay(this.#clock, afterMs);
    lost();
    return result;
  }

  #admitCall({ agent, lb }: DeviceCall): void {
    if (this.#down !== null) throw new RetryableError(this.#down, { reach: 'out of reach' });
    this.trouble.admitCall(agent);
    if (lb !== '') this.#options.admit?.(lb);
  }

  #apply(agent: string, target: Target, seen: Marker | null): AppliedThere {
    const { id, epoch, document } = target;
    const fault = this.trouble.takeFault();
    const held = this.#contents.get(id);
    const verdict = this.#admitted(agent, target, () => this.#fence.apply(seen, target));
    const { marker, writeContent } = verdict;
    if (writeContent) this.trouble.admitContent(document, this.#contents.besides(id));
    const running = writeContent || held?.running === true;
    const served = writeContent ? document : (held?.document ?? null);
    const operating = this.#traffic.report(id, served, running);
    const etag = writeContent || held === null ? this.#nextEtag() : held.etag;
    const applied = { marker, contentApplied: writeContent, operating, etag };
    if (fault === 'lie') return applied;
    if (fault === 'partial' && writeContent) {
      const known = { epoch, generation: held?.marker.generation ?? 0, removed: false };
      const half = halfOf(document);
      this.#contents.set(id, { marker: known, document: half, running: true, etag, agent });
      this.#record('partial', agent, target, seen, held);
    } else {
      this.#contents.set(id, { marker, document: served, running, etag, agent });
      this.#record(writeContent ? 'applied' : 'claimed', agent, target, seen, held);
    }
    if (fault !== null) throw new UnknownOutcomeError('the device did not answer');
    return applied;
  }

  #remove(agent: string, asked: Asked, seen: Marker | null): Marker {
    const fault = this.trouble.takeFault();
    const held = this.#contents.get(asked.id);
    const marker = this.#admitted(agent, asked, () => this.#fence.remove(seen, asked));
    this.trouble.admitRemoval(asked.id, held?.document?.name);
    const rest = { document: null, running: false, etag: this.#nextEtag() };
    this.#contents.set(asked.id, { marker, ...rest, agent });
    const isAgain = held?.marker.removed === true && held.document === null;
    if (!isAgain) this.#record('removed', agent, asked, seen, held);
    if (fault === 'unknown') throw new UnknownOutcomeError('the device did not answer');
    return marker;
  }

  /** Runs the fence's verdict, and notes a refusal before it is passed on. */
  #admitted<T>(agent: string, asked: Asked, admit: () => T): T {
    try {
      return admit();
    } catch (error) {
      if (error instanceof FencedError) this.#record('refused', agent, asked, null, null);
      throw error;
    }
  }

  #record(
    kind: ApplyLogEntry['kind'],
    agent: string,
    { id, epoch, generation }: Asked,
    seen: Marker | null,
    held: Held | null,
  ): void {
    const raced = (held?.marker ?? null) !== seen;
    const entry = { at: this.#clock.monotonicMs(), lb: id, epoch, generation, agent, kind };
    const told: ApplyLogEntry = raced ? { ...entry, raced } : entry;
    if (this.#log.length < applyLogLimit) this.#log.push(told);
    else this.#dropped += 1;
    this.#options.onEntry?.(told);
    // In this order: who serves by an entry is known once the entry is.
    this.#tellServing(id, 'call');
  }

  #tellServing(id: string, cause: ServingCause): void {
    const by = this.isServed(id) ? this.holder(id) : null;
    if (by === (this.#served.get(id) ?? null)) return;
    if (by === null) this.#served.delete(id);
    else this.#served.set(id, by);
    this.#options.onServing?.(id, by, cause);
  }

  #nextEtag(): string {
    this.#etags += 1;
    return String(this.#etags);
  }

  #tellStatus(id: string): void {
    // One that is cut off tells nothing; who wants to know has to look.
    const known = this.unreachable === null ? this.peek(id) : null;
    if (known !== null) this.#notify(id, { type: 'status', operating: known.operating });
  }

  #notify(id: string, notice: MemoryNotice): void {
    for (const watcher of [...this.#watchers]) watcher(id, notice);
  }
}
