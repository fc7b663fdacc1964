import type { Driver } from '../../drivers/contract/driver.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Timings } from '../../machines/timings/timings.ts';

export interface ReachOptions {
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
}

/** Which of its devices an agent reaches. */
export class Reach {
  readonly #options: ReachOptions;
  /** Drivers whose devices were out of reach when they were probed last. */
  #missing: readonly Driver[] = [];

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  /** The names of the drivers whose devices can be reached now. */
  async probe(): Promise<string[]> {
    const { drivers, log } = this.#options;
    const reachable: string[] = [];
    const missing: Driver[] = [];
    for (const [name, driver] of drivers) {
      const result = await driver.probe();
      if (result.reachable) {
        reachable.push(name);
        continue;
      }
      missing.push(driver);
      log.error({ driver: name, reason: result.reason }, 'a device is out of reach');
    }
    this.#missing = missing;
    return reachable;
  }

  /** Resolves to true once one of those that were missing is reached; to false with the signal. */
  async seek(signal: Cancellation): Promise<boolean> {
    const { clock, timings } = this.#options;
    while (!signal.aborted && this.#missing.length > 0) {
      await pause(clock, timings.retryMaxMs, signal);
      for (const driver of this.#missing) {
        if (!signal.aborted && (await driver.probe()).reachable) return !signal.aborted;
      }
    }
    return false;
  }
}
