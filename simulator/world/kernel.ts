import type { Clock, MonotonicMs, Timer } from '../../machines/ports/clock.ts';

export interface KernelOptions {
  /** The host's own, whatever becomes of the processes on it. */
  readonly clock: Clock;
  /** How much later than due an address goes. */
  readonly latenessMs: () => number;
  /** An address has come or gone. */
  readonly changed: (loadBalancer: string) => void;
}

interface Address {
  until: MonotonicMs;
  timer: Timer;
}

/**
 * The addresses on a host's interface, each with its valid lifetime (`valid_lft`), as Linux keeps them:
 * it drops one that was not prolonged in time, a little late and never early, whether or not anything
 * on the host still runs. An address is called by its load balancer.
 */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #addresses = new Map<string, Address>();

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#addresses.has(id);
  }

  /** As `ip addr add`, or `change` where it is there already. */
  add(id: string, forMs: number): void {
    if (!this.change(id, forMs)) this.put(id, forMs);
  }

  protected put(id: string, forMs: number): void {
    const until = this.#after(forMs);
    this.#addresses.set(id, { until, timer: this.#alarm(id, until) });
    this.#options.changed(id);
  }

  /** As `ip addr change`: false where the address is gone, which stays so. */
  change(id: string, forMs: number): boolean {
    const address = this.#addresses.get(id);
    if (address === undefined) return false;
    const until = this.#after(forMs);
    if (until < address.until) {
      this.#options.clock.clearTimer(address.timer);
      address.timer = this.#alarm(id, until);
    }
    address.until = until;
    return true;
  }

  remove(id: string): void {
    const address = this.#addresses.get(id);
    if (address === undefined) return;
    this.#options.clock.clearTimer(address.timer);
    this.#addresses.delete(id);
    this.#options.changed(id);
  }

  /** It goes down with its host: nothing is on an interface that is not there. */
  clear(): void {
    for (const id of [...this.#addresses.keys()]) this.remove(id);
  }

  #after(forMs: number): MonotonicMs {
    const { clock, latenessMs } = this.#options;
    return (clock.monotonicMs() + forMs + latenessMs()) as MonotonicMs;
  }

  /** Looks again where it was prolonged meanwhile, so that a renewal needs no timer of its own. */
  #alarm(id: string, until: MonotonicMs): Timer {
    const { clock } = this.#options;
    return clock.setTimer(until - clock.monotonicMs(), () => {
      const address = this.#addresses.get(id);
      if (address === undefined) return;
      if (address.until <= clock.monotonicMs()) this.remove(id);
      else address.timer = this.#alarm(id, address.until);
    });
  }
}
