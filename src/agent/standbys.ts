import type { Driver } from '../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Device } from './device.ts';

/** So many devices are kept that may never be commanded; each takes some 7 KB. */
export const standbysMax = 16_384;

interface Ready {
  readonly driver: Driver;
  readonly device: Device;
}

/**
 * The devices of load balancers that this agent stands by for, made before their first command: when thousands of
 * those come at once, what is done already is done.
 */
export class Standbys {
  readonly #drivers: readonly Driver[];
  readonly #make: (id: string, driver: Driver) => Device;
  readonly #max: number;
  /** By load balancer, the oldest first. */
  readonly #ready = new Map<string, Ready>();

  constructor(
    drivers: readonly Driver[],
    make: (id: string, driver: Driver) => Device,
    max = standbysMax,
  ) {
    this.#drivers = drivers;
    this.#make = make;
    this.#max = max;
  }

  /** Its agent was told that it may be commanded this. */
  prepare(document: LoadBalancerDocument): void {
    const { id, provider } = document;
    const [driver, ...others] = this.#drivers.filter(
      ({ descriptor }) => descriptor.name === provider || descriptor.aliases.includes(provider),
    );
    if (driver === undefined) return;
    driver.prepare?.(document);
    // Which of several devices it is on, only a command says.
    if (others.length > 0 || this.#ready.has(id)) return;
    this.#ready.set(id, { driver, device: this.#make(id, driver) });
    for (const [oldest] of this.#ready) {
      if (this.#ready.size <= this.#max) return;
      this.#drop(oldest);
    }
  }

  /** The one that is ready, if there is one for this driver; it is the caller's from now on. */
  take(id: string, driver: Driver): Device | null {
    const ready = this.#ready.get(id);
    if (ready === undefined) return null;
    if (ready.driver !== driver) {
      this.#drop(id);
      return null;
    }
    this.#ready.delete(id);
    return ready.device;
  }

  stop(): void {
    for (const id of [...this.#ready.keys()]) this.#drop(id);
  }

  #drop(id: string): void {
    this.#ready.get(id)?.device.stop();
    this.#ready.delete(id);
  }
}
