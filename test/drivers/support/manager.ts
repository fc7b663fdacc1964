import { onTestFinished } from 'vitest';
import type { Driver } from '../../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { silentLog } from '../../../machines/ports/log.ts';
import type { CommandReply } from '../../../machines/protocol/agent-messages.ts';
import type { HealthReport } from '../../../machines/protocol/health-messages.ts';
import { presets, type Timings } from '../../../machines/timings/timings.ts';
import { systemClock as clock } from '../../../src/adapters/system-clock.ts';
import { Devices } from '../../../src/agent/devices.ts';
import { eventually } from './eventually.ts';

/** What an agent does with what it is commanded, by a driver and in real time. */
export interface Manager {
  command(document: LoadBalancerDocument, epoch: number, generation: number): Promise<CommandReply>;
  state(document: LoadBalancerDocument): string;
  /** What was told last of how it fares; undefined before anything was. */
  told(document: LoadBalancerDocument): HealthReport | undefined;
  /** Waits until all of them are as they were commanded to be. */
  converged(...documents: readonly LoadBalancerDocument[]): Promise<void>;
}

export function manager(driver: Driver, timings: Partial<Timings> = {}): Manager {
  const told = new Map<string, HealthReport>();
  const devices = new Devices({
    clock,
    log: silentLog,
    timings: { ...presets.lan, ...timings },
    journal: { load: async () => new Map(), save: async () => undefined },
    counters: { unexpected: 0 },
    drivers: new Map([['device', driver]]),
    damaged: () => undefined,
    health: {
      note: (report) => void told.set(report.loadBalancer, report),
      forget: (id) => void told.delete(id),
    },
  });
  onTestFinished(() => devices.stop());
  const state = ({ id }: LoadBalancerDocument): string => devices.get(id)?.state ?? 'absent';
  return {
    command: (document, epoch, generation) =>
      devices.driven(document.id, driver).command({
        loadBalancer: document.id,
        epoch,
        incarnation: 1,
        generation,
        status: 'live',
        grant: false,
        device: driver.descriptor.name,
        document,
        requestId: null,
      }),
    state,
    told: ({ id }) => told.get(id),
    converged: (...documents) =>
      eventually('all are as they were commanded to be', () =>
        documents.every((document) => state(document) === 'active'),
      ),
  };
}
