import { DriverError } from '../../drivers/contract/errors.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { StatisticsReply } from '../../machines/protocol/health-messages.ts';
import type { Devices } from './devices.ts';

/** How many devices are read at once for requests of clients; more of them are sent away. */
export const statisticsAtOnceMax = 16;

/** Reads counters from devices for whoever asks a controller for them. */
export class StatisticsReader {
  readonly #devices: Devices;
  readonly #log: Log;
  #atOnce = 0;

  constructor(devices: Devices, log: Log) {
    this.#devices = devices;
    this.#log = log;
  }

  async read(loadBalancer: string): Promise<StatisticsReply> {
    const device = this.#devices.get(loadBalancer);
    if (device === null || !device.holds) return { type: 'elsewhere' };
    const { health } = device.driver;
    if (health === undefined) return { type: 'unsupported' };
    if (this.#atOnce >= statisticsAtOnceMax) {
      return { type: 'failed', message: `it is reading those of ${this.#atOnce} others` };
    }
    this.#atOnce += 1;
    try {
      return { type: 'counted', listeners: (await health.statistics(loadBalancer)) ?? {} };
    } catch (error) {
      if (!(error instanceof DriverError)) {
        this.#log.error({ loadBalancer, err: error }, 'statistics were not read');
      }
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'failed', message: message.slice(0, 4_000) };
    } finally {
      this.#atOnce -= 1;
    }
  }
}
