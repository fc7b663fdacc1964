import type { Driver } from '../../../drivers/contract/driver.ts';
import { MemoryDevice } from '../../../drivers/memory/device.ts';
import { memoryDriver } from '../../../drivers/memory/driver.ts';
import { delay } from '../../../machines/ports/clock.ts';
import type { Command, CommandReply } from '../../../machines/protocol/agent-messages.ts';
import type { HealthReport } from '../../../machines/protocol/health-messages.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { Device } from '../../../src/agent/device.ts';
import type { Journal } from '../../../src/ports/journal.ts';
import { loadBalancerDocument } from '../../fixtures/documents.ts';
import { Virtual } from '../../host/support/virtual.ts';
import { recordingLog } from '../../adapters/recording-log.ts';

/** How long a call is on its way to the device, and its answer on the way back. */
export const hopMs = 5;

/** One device actor of an agent on a memory device, in virtual time. */
export class DeviceBench {
  readonly virtual = new Virtual();
  readonly document = loadBalancerDocument();
  readonly id: string = this.document.id;
  readonly timings = presets.lan;
  readonly log = recordingLog();
  readonly counters = { unexpected: 0 };
  readonly told: (Omit<HealthReport, 'loadBalancer'> & { readonly answered: boolean })[] = [];
  /** What happened, in order: saves of the journal, and calls that reached the device. */
  readonly order: string[] = [];
  /** How long the disk takes. */
  diskMs = 0;
  readonly appliance: MemoryDevice;
  readonly device: Device;

  /** `auditMs`: how often the driver compares; without it, never. */
  constructor(
    change: (driver: Driver) => Driver = (driver) => driver,
    auditMs: number | null = null,
  ) {
    const { clock } = this.virtual;
    this.appliance = new MemoryDevice({
      clock,
      latency: () => ({ beforeMs: hopMs, afterMs: hopMs }),
      onEntry: ({ kind, epoch, generation }) => this.order.push(`${kind} ${epoch}/${generation}`),
    });
    const journal: Journal = {
      load: () => Promise.resolve(new Map()),
      save: async (_, value) => {
        const { epoch, generation } = JSON.parse(value ?? '{}') as Record<string, number>;
        await delay(clock, this.diskMs);
        this.order.push(`saved ${epoch}/${generation}`);
      },
    };
    const audit = auditMs === null ? undefined : { clock, auditMs };
    this.device = new Device({
      id: this.id,
      driver: change(memoryDriver(this.appliance, 'agent-1', audit)),
      clock,
      log: this.log,
      timings: this.timings,
      journal,
      counters: this.counters,
      removed: () => undefined,
      damaged: () => undefined,
      told: (report, answered) => {
        if (report !== null) this.told.push({ ...report, answered });
      },
    });
  }

  /** A command for this device; by default the first one. */
  command(change: Partial<Command> = {}): Command {
    return {
      loadBalancer: this.id,
      epoch: 1,
      incarnation: 1,
      generation: 1,
      status: 'live',
      grant: false,
      device: 'memory',
      document: this.document,
      requestId: null,
      ...change,
    };
  }

  /** Sends it without waiting. */
  send(change: Partial<Command> = {}): Promise<CommandReply> {
    return this.device.command(this.command(change));
  }

  /** Sends it, and lets time run until it is answered. */
  ask(change: Partial<Command> = {}): Promise<CommandReply> {
    return this.virtual.settled(this.send(change));
  }

  reach(state: string): Promise<void> {
    return this.virtual.until(`the device is ${state}`, () => this.device.state === state);
  }

  /** Another agent commands the same appliance. */
  async other(epoch: number, generation: number, live = true): Promise<void> {
    const { id, document } = this;
    const driver = memoryDriver(this.appliance, 'agent-2');
    const target = { id, epoch, generation };
    await this.virtual.settled<unknown>(
      live ? driver.apply({ ...target, document }) : driver.remove(target),
    );
  }

  done(): readonly string[] {
    return this.appliance.log.map(
      ({ kind, epoch, generation }) => `${kind} ${epoch}/${generation}`,
    );
  }
}
