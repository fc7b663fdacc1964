import type { DeviceNotice, Driver } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { OnceMore } from '../../drivers/contract/once-more.ts';
import type { Target } from '../../drivers/contract/target.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import type { Kernel } from './kernel.ts';
import type { MarkerDisk } from './marker-disk.ts';
import { virtualResidence } from './virtual-residence.ts';

export interface LeasedDriverOptions {
  /** The driver of the host's device: what runs there, without its addresses. */
  readonly driver: Driver;
  readonly device: MemoryDevice;
  readonly markers: MarkerDisk;
  readonly kernel: Kernel;
  readonly agent: string;
  /** The agent's: it stands still where its process does. */
  readonly clock: Clock;
  /** A call of `ip` is about to be made, or has been made: it takes its time. */
  readonly exec: (moment: ExecMoment) => Promise<void>;
}

/** Before and after each call of one of the host's tools: the agent may stand still at any. */
export const execMoments = [
  'before add',
  'after add',
  'before prolong',
  'after prolong',
  'before drop',
  'after drop',
  'before release',
  'after release',
] as const;
export type ExecMoment = (typeof execMoments)[number];

/** Lifetimes are given to the kernel in whole seconds. */
const lifetimeUnitMs = 1_000;
/** How long an address is kept when it comes: whoever brings it prolongs it then. */
const firstMs = 1_000;
/** How much longer than the lease the kernel may have been told to keep one; it is that late anyway. */
const overrunMostMs = 250;

/**
 * A driver whose load balancers answer at addresses that its host's kernel keeps as long as the agent's
 * lease lasts: the HAProxy driver's way with VIPs, without HAProxy.
 */
export class LeasedDriver {
  readonly #options: LeasedDriverOptions;
  /** What is served under the lease, by the epoch that it was applied with. */
  readonly #held = new Map<string, number>();
  /** What was asked for under this lease, whether it has come about or not, by its newest epoch. */
  readonly #asked = new Map<string, number>();
  /** What ended with a lease: only a newer epoch brings it back. */
  readonly #dropped = new Map<string, number>();
  readonly #watchers = new Map<string, Set<(notice: DeviceNotice) => void>>();
  readonly #onceMore: OnceMore;
  #until = Number.NEGATIVE_INFINITY as MonotonicMs;

  constructor(options: LeasedDriverOptions) {
    this.#options = options;
    // It never rejects.
    this.#onceMore = new OnceMore({ ...options, renew: () => void this.#tellKernel() });
  }

  asDriver(): Driver {
    const { driver, device, markers } = this.#options;
    return {
      ...driver,
      apply: (target) => this.#apply(target),
      remove: async (asked) => {
        await this.#take(asked.id, asked.epoch);
        return await driver.remove(asked);
      },
      watch: (id, notify) => this.#watch(id, notify),
      residence: virtualResidence(device, markers, driver, (target) => this.#release(target)),
      leasing: {
        renew: (until) => this.#renew(until),
        drop: (commanded) => this.#drop(commanded),
      },
      observe: async (id) => {
        const observed = await driver.observe(id);
        return observed && { ...observed, running: observed.running && device.isServed(id) };
      },
    };
  }

  async #apply(target: Target) {
    const { driver } = this.#options;
    const { id, epoch } = target;
    this.#admit(id, epoch);
    this.#asked.set(id, Math.max(epoch, this.#asked.get(id) ?? epoch));
    const applied = await driver.apply(target);
    if (this.#held.has(id) && this.#options.kernel.has(id)) this.#hold(id, epoch);
    else await this.#bring(id, epoch);
    return applied;
  }

  /** For a moment first; all else is looked at again before it may stay. */
  async #bring(id: string, epoch: number): Promise<void> {
    const { kernel, exec } = this.#options;
    await exec('before add');
    this.#hold(id, epoch);
    try {
      if (!kernel.has(id)) kernel.add(id, firstMs);
      await exec('after add');
      this.#admit(id, epoch);
      const gone = await this.#prolong([id], this.#until);
      if (gone.length > 0) throw new RetryableError('its address is gone');
    } catch (error) {
      if (this.#isMarked(id, epoch)) {
        this.#held.delete(id);
        kernel.remove(id);
      }
      throw error;
    }
  }

  /** All this is done under the load balancer's lock, which nobody else of the host holds meanwhile. */
  #hold(id: string, epoch: number): void {
    this.#admit(id, epoch);
    if (!this.#isMarked(id, epoch))
      throw new RetryableError('somebody else has taken it meanwhile');
    this.#held.set(id, epoch);
  }

  #admit(id: string, epoch: number): void {
    if (this.#lifetimeMs(this.#until) <= 0) throw new RetryableError('the agent holds no lease');
    if ((this.#dropped.get(id) ?? -1) >= epoch) {
      throw new RetryableError('it was let go of when the lease ended');
    }
  }

  async #renew(until: MonotonicMs): Promise<void> {
    this.#until = until;
    await this.#tellKernel();
  }

  async #tellKernel(): Promise<void> {
    const until = this.#until;
    this.#leaveToOthers();
    if (this.#held.size === 0) return;
    const gone = await this.#prolong([...this.#held.keys()], until);
    // Somebody may have taken one while the agent stood still.
    this.#leaveToOthers();
    for (const id of gone) {
      if (this.#options.kernel.has(id) || !this.#held.delete(id)) continue;
      this.#notify(id, 'its address is gone');
    }
    if (this.#held.size > 0 && this.#until === until) this.#onceMore.told(until);
  }

  /** Each is told once: what is not held is not prolonged, until it is applied again. */
  #leaveToOthers(): void {
    for (const [id, epoch] of this.#held) {
      if (this.#isMarked(id, epoch)) continue;
      this.#held.delete(id);
      const isMarkerDamaged = this.#options.markers.isDamaged(id);
      const reason = isMarkerDamaged ? 'its marker is damaged' : 'its marker names somebody else';
      this.#notify(id, reason, isMarkerDamaged);
    }
  }

  /**
   * Lets the kernel keep the addresses until then, by whole seconds rounded down, and tells which of
   * them are gone. The agent may stand still between the sum and the call: what was prolonged so late
   * that it would stay too long is prolonged anew, for less, or taken away (R16).
   */
  async #prolong(ids: readonly string[], until: number): Promise<readonly string[]> {
    const { clock, kernel, exec } = this.#options;
    let present = ids;
    let endsMs = 0;
    do {
      const forMs = this.#lifetimeMs(until);
      if (forMs <= 0) break;
      await exec('before prolong');
      present = present.filter((id) => this.#isMine(id) && kernel.change(id, forMs));
      await exec('after prolong');
      endsMs = clock.monotonicMs() + forMs;
    } while (this.staysTooLong(endsMs, until) && present.length > 0);
    if (this.staysTooLong(endsMs, until + overrunMostMs)) {
      for (const id of present) if (this.#isMine(id)) kernel.remove(id);
      present = [];
    }
    return ids.filter((id) => !present.includes(id));
  }

  /** A look at the clock after a call: has it let the kernel keep addresses for longer than it may? */
  protected staysTooLong(endsMs: number, untilMs: number): boolean {
    return endsMs > untilMs;
  }

  #isMine(id: string): boolean {
    const epoch = this.#held.get(id);
    return epoch !== undefined && this.#isMarked(id, epoch);
  }

  async #drop(commanded: Iterable<readonly [id: string, epoch: number]>): Promise<void> {
    this.#until = Number.NEGATIVE_INFINITY as MonotonicMs;
    this.#onceMore.stop();
    const held = [...this.#held];
    this.#held.clear();
    // What failed and is tried again must not come back with the next lease (R12).
    for (const [id, epoch] of [...this.#asked, ...commanded]) this.#dropped.set(id, epoch);
    this.#asked.clear();
    await this.#options.exec('before drop');
    for (const [id, epoch] of held) if (!this.#isElses(id, epoch)) this.#options.kernel.remove(id);
    await this.#options.exec('after drop');
  }

  /** Who is stale is kept out first; then the address goes, and only then what answers at it. */
  async #release({ id, epoch }: { readonly id: string; readonly epoch: number }): Promise<void> {
    const { driver, markers } = this.#options;
    // It reads its marker, which takes its time.
    await driver.observe(id);
    if (!markers.leave(id, epoch)) return;
    await this.#withdraw(id, () => markers.holder(id) === null);
    markers.end(id);
  }

  /** Before it is removed. */
  async #take(id: string, epoch: number): Promise<void> {
    const { device } = this.#options;
    await this.#withdraw(id, () => (device.peek(id)?.marker.epoch ?? epoch) <= epoch);
  }

  /** The address goes, unless somebody of this host has taken it meanwhile. */
  async #withdraw(id: string, isOurs: () => boolean): Promise<void> {
    await this.#options.exec('before release');
    if (!isOurs()) return;
    this.#held.delete(id);
    this.#options.kernel.remove(id);
    await this.#options.exec('after release');
  }

  #watch(id: string, notify: (notice: DeviceNotice) => void): () => void {
    const stop = this.#options.driver.watch(id, notify);
    const watchers = this.#watchers.get(id) ?? new Set();
    const own = (notice: DeviceNotice): void => notify(notice);
    this.#watchers.set(id, watchers.add(own));
    return () => {
      stop();
      watchers.delete(own);
    };
  }

  #notify(id: string, reason: string, isMarkerDamaged = false): void {
    const notice: DeviceNotice = { type: 'down', reason, isMarkerDamaged };
    for (const watcher of this.#watchers.get(id) ?? []) watcher(notice);
  }

  /** Is it its own by the marker? One that is damaged says nothing. */
  #isMarked(id: string, epoch: number): boolean {
    const { device, markers, agent } = this.#options;
    if (markers.isDamaged(id) || this.#holder(id) !== agent) return false;
    const marker = device.peek(id)?.marker;
    return marker?.epoch === epoch && !marker.removed;
  }

  /** Has somebody else of the host taken it? Then its address is not to be taken away. */
  #isElses(id: string, epoch: number): boolean {
    const { device, markers, agent } = this.#options;
    const marker = device.peek(id)?.marker;
    const holder = this.#holder(id);
    if (marker === undefined || markers.isDamaged(id) || holder === null) return false;
    return holder !== agent || marker.epoch > epoch;
  }

  #holder(id: string): string | null {
    return this.#options.markers.holder(id);
  }

  #lifetimeMs(until: number): number {
    const leftMs = until - this.#options.clock.monotonicMs();
    return Math.floor(leftMs / lifetimeUnitMs) * lifetimeUnitMs;
  }
}
