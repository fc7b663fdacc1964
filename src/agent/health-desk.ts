import { HealthRecital, StatisticsRequest } from '../../machines/protocol/health-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { serve } from '../messaging/endpoint.ts';
import type { Subscription } from '../ports/bus.ts';
import type { Devices } from './devices.ts';
import { HealthPushes, type HealthPushesOptions } from './health-pushes.ts';
import { StatisticsReader } from './statistics.ts';

/** What an agent tells of traffic: by itself as it changes, and when it is asked. */
export class HealthDesk {
  readonly pushes: HealthPushes;
  readonly #options: HealthPushesOptions;

  constructor(options: HealthPushesOptions) {
    this.#options = options;
    this.pushes = new HealthPushes(options);
  }

  listen(devices: Devices): readonly Subscription[] {
    const { agent, bus, log } = this.#options;
    const reader = new StatisticsReader(devices, log);
    return [
      serve({
        bus,
        log,
        subject: subjects.down(agent, 'health'),
        schema: HealthRecital,
        handle: () => {
          this.pushes.again();
          return undefined;
        },
      }),
      serve({
        bus,
        log,
        subject: subjects.down(agent, 'statistics'),
        schema: StatisticsRequest,
        handle: ({ loadBalancer }) => reader.read(loadBalancer),
      }),
      bus.onStatus((status) => {
        // What was on its way when the connection broke may never have arrived.
        if (status === 'connected') this.pushes.again();
      }),
      { unsubscribe: () => this.pushes.stop() },
    ];
  }
}
