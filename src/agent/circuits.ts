import type { Driver } from '../../drivers/contract/driver.ts';
import { type GuardedDriver, guarded } from '../../drivers/contract/guarded.ts';
import { underLease } from '../../drivers/contract/under-lease.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';

export interface CircuitsOptions {
  /** By the names of their devices. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told when a device answers again that was left alone. */
  readonly closed: (device: string) => void;
}

/** What stands between this agent and its devices: a circuit breaker for each that it shares with others. */
export class Circuits {
  /** All of them, the shared ones behind their circuits, and those without a fence under the agent's lease. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly #guarded: readonly GuardedDriver[];

  constructor({ drivers, clock, random, log, closed }: CircuitsOptions) {
    const fenced = (driver: Driver): Driver =>
      driver.descriptor.fence === 'none' ? underLease(driver, clock) : driver;
    // In this order: what has waited for its turn asks again whether there is a lease.
    const guard = (device: string, driver: Driver): GuardedDriver => {
      const own = guarded(fenced(driver), { clock, random, log: log.child({ device }) });
      own.circuit.onChange(({ isOpen }) => {
        if (!isOpen) closed(device);
      });
      return own;
    };
    const shared = new Map(
      [...drivers]
        .filter(([, { descriptor }]) => descriptor.devices === 'shared')
        .map(([device, driver]) => [device, guard(device, driver)] as const),
    );
    this.#guarded = [...shared.values()];
    this.drivers = new Map(
      [...drivers].map(([device, driver]) => [device, shared.get(device) ?? fenced(driver)]),
    );
  }

  /** Nothing is tried any more; the drivers stay open, because they are somebody else's. */
  stop(): void {
    for (const { circuit } of this.#guarded) circuit.stop();
  }
}
