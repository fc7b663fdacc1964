import type { Driver } from '../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { delay } from '../../machines/ports/clock.ts';
import { Device, type DeviceOptions } from './device.ts';
import type { HealthPushes } from './health-pushes.ts';
import { Standbys } from './standbys.ts';

type Shared = Omit<DeviceOptions, 'id' | 'driver' | 'told' | 'removed'>;

export interface DevicesOptions extends Shared {
  /** By the names of their devices. */
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Is told how the traffic of all of them fares. */
  readonly health: Pick<HealthPushes, 'note' | 'forget'>;
}

/** What an agent drives, by load balancer. */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #devices = new Map<string, Device>();
  readonly #standbys: Standbys;

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.#standbys = new Standbys([...options.drivers.values()], (...whose) =>
      this.#made(...whose),
    );
  }

  get(id: string): Device | null {
    return this.#devices.get(id) ?? null;
  }

  all(): Iterable<Device> {
    return this.#devices.values();
  }

  /** By which epochs they were commanded last. */
  epochs(): readonly (readonly [id: string, epoch: number])[] {
    return [...this.#devices].map(([id, { epoch }]) => [id, epoch]);
  }

  /** Has everything claimed anew, until the records say whose it is. */
  unconfirm(): void {
    for (const device of this.all()) device.unconfirm();
  }

  /** What waits to be tried again on this device is tried at once. */
  retry(name: string): void {
    for (const device of this.all()) if (device.name === name) device.retry();
  }

  states(): ReadonlyMap<string, string> {
    return new Map([...this.#devices].map(([id, device]) => [id, device.state]));
  }

  /** This agent stands by for it: what can be done ahead of time is done. */
  prepare(document: LoadBalancerDocument): void {
    if (!this.#devices.has(document.id)) this.#standbys.prepare(document);
  }

  /** The device of a load balancer, made where there is none yet. */
  driven(id: string, driver: Driver): Device {
    let device = this.#devices.get(id);
    if (device === undefined) {
      device = this.#standbys.take(id, driver) ?? this.#made(id, driver);
      this.#devices.set(id, device);
    }
    return device;
  }

  async forget(id: string): Promise<void> {
    this.#devices.get(id)?.stop();
    this.#devices.delete(id);
    this.#options.health.forget(id);
    await this.#options.journal.save(id, null);
  }

  /** Resolves when no call to a device is under way, or at this time at the latest. */
  async settle(untilMs: number): Promise<void> {
    const { clock, timings } = this.#options;
    const isBusy = (device: Device) => device.state === 'applying' || device.state === 'removing';
    while (clock.monotonicMs() < untilMs && [...this.all()].some(isBusy)) {
      await delay(clock, timings.retryMs);
    }
  }

  stop(): void {
    for (const device of this.#devices.values()) device.stop();
    this.#devices.clear();
    this.#standbys.stop();
  }

  #made(id: string, driver: Driver): Device {
    const { health, ...shared } = this.#options;
    return new Device({
      ...shared,
      id,
      driver,
      told: (report, answered) => {
        if (report === null) health.forget(id);
        else health.note({ loadBalancer: id, ...report }, answered);
      },
      removed: () => this.#forgetRemoved(id),
    });
  }

  /** Not within its own step; and not if it was commanded again until then. */
  #forgetRemoved(id: string): void {
    const { clock, log } = this.#options;
    const device = this.#devices.get(id);
    clock.setTimer(0, () => {
      if (device?.state !== 'absent' || this.#devices.get(id) !== device) return;
      this.forget(id).catch((error: unknown) => {
        log.error({ loadBalancer: id, err: error }, 'what was removed was not forgotten');
      });
    });
  }
}
