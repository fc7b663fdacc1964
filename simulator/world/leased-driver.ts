import type { DeviceNotice, Driver, Target } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import type { Kernel } from './kernel.ts';
import { virtualResidence } from './virtual-residence.ts';

export interface LeasedDriverOptions {
  /** The driver of the host's device: what runs there, without its addresses. */
  readonly driver: Driver;
  readonly device: MemoryDevice;
  readonly kernel: Kernel;
  readonly agent: string;
  /** The agent's: it stands still where its process does. */
  readonly clock: Clock;
  /** A call of `ip` is about to be made, or has been made: it takes its time. */
  readonly exec: (moment: ExecMoment) => Promise<void>;
}

/** Before and after a call of one of the host's tools: the agent may stand still at either. */
export type ExecMoment = 'before' | 'after';

/** Lifetimes are given to the kernel in whole seconds. */
const lifetimeUnitMs = 1_000;

/**
 * A driver whose load balancers answer at addresses that its host's kernel keeps as long as the agent's
 * lease lasts: the HAProxy driver's way with VIPs, without HAProxy.
 */
export class LeasedDriver {
  readonly #options: LeasedDriverOptions;
  /** What is served under the lease, by the epoch that it was applied with. */
  readonly #held = new Map<string, number>();
  /** What was let go of with a lease: only a newer epoch brings it back. */
  readonly #dropped = new Map<string, number>();
  readonly #watchers = new Map<string, Set<(notice: DeviceNotice) => void>>();
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: LeasedDriverOptions) {
    this.#options = options;
  }

  asDriver(): Driver {
    const { driver, device } = this.#options;
    return {
      ...driver,
      apply: (target) => this.#apply(target),
      remove: async (asked) => {
        await this.#take(asked.id, asked.epoch);
        return await driver.remove(asked);
      },
      watch: (id, notify) => this.#watch(id, notify),
      residence: virtualResidence(device, driver, (target) => this.#release(target)),
      leasing: {
        renew: (until) => this.#renew(until),
        drop: () => this.#drop(),
      },
      observe: async (id) => {
        const observed = await driver.observe(id);
        return observed && { ...observed, running: observed.running && device.isServed(id) };
      },
    };
  }

  async #apply(target: Target) {
    const { driver, kernel } = this.#options;
    const { id, epoch } = target;
    this.#admit(id, epoch);
    const applied = await driver.apply(target);
    await this.#options.exec('before');
    this.#admit(id, epoch);
    // All this is done under the load balancer's lock, which nobody else of the host holds meanwhile.
    if (!this.#isMarked(id, epoch))
      throw new RetryableError('somebody else has taken it meanwhile');
    this.#held.set(id, epoch);
    kernel.add(id, this.#lifetimeMs(this.#until));
    return applied;
  }

  #admit(id: string, epoch: number): void {
    if (this.#lifetimeMs(this.#until) <= 0) throw new RetryableError('the agent holds no lease');
    if ((this.#dropped.get(id) ?? -1) >= epoch) {
      throw new RetryableError('it was let go of when the lease ended');
    }
  }

  async #renew(until: MonotonicMs): Promise<void> {
    const { clock, kernel, exec } = this.#options;
    this.#until = until;
    if (this.#held.size === 0) return;
    const forMs = this.#lifetimeMs(until);
    // The agent may stand still between the sum and the call: the call is late then (R16).
    await exec('before');
    for (const [id, epoch] of this.#held) {
      if (!this.#isMarked(id, epoch)) this.#held.delete(id);
      else if (forMs <= 0 || !kernel.change(id, forMs)) this.#notify(id);
    }
    await exec('after');
    if (clock.monotonicMs() <= until) return;
    for (const [id, epoch] of this.#held) if (this.#isMarked(id, epoch)) kernel.remove(id);
  }

  async #drop(): Promise<void> {
    this.#until = Number.NEGATIVE_INFINITY;
    const held = [...this.#held];
    this.#held.clear();
    for (const [id, epoch] of held) this.#dropped.set(id, epoch);
    await this.#options.exec('before');
    for (const [id, epoch] of held) if (this.#isMarked(id, epoch)) this.#options.kernel.remove(id);
  }

  async #release({ id, epoch }: { readonly id: string; readonly epoch: number }): Promise<void> {
    const { device, agent } = this.#options;
    await device.release(agent, { id, epoch });
    await this.#take(id, epoch);
  }

  /** The address goes before what answers at it. */
  async #take(id: string, epoch: number): Promise<void> {
    await this.#options.exec('before');
    const marker = this.#options.device.peek(id)?.marker;
    if (marker !== undefined && marker.epoch > epoch) return;
    this.#held.delete(id);
    this.#options.kernel.remove(id);
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

  #notify(id: string): void {
    const notice: DeviceNotice = { type: 'down', reason: 'its address is gone' };
    for (const watcher of this.#watchers.get(id) ?? []) watcher(notice);
  }

  #isMarked(id: string, epoch: number): boolean {
    const marker = this.#options.device.peek(id)?.marker;
    return marker?.epoch === epoch && !marker.removed;
  }

  #lifetimeMs(until: number): number {
    const leftMs = until - this.#options.clock.monotonicMs();
    return Math.floor(leftMs / lifetimeUnitMs) * lifetimeUnitMs;
  }
}
