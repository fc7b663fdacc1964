import { isDeepStrictEqual } from 'node:util';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Driver, DriverDescriptor } from '../contract/driver.ts';
import { FencedError } from '../contract/errors.ts';
import type { Health } from '../contract/health.ts';
import { Audit } from './audit.ts';
import { type DeviceConnection, directConnection } from './connection.ts';
import type { MemoryDevice } from './device.ts';

/** What the reference driver is; it serves every document. */
export const memoryDescriptor: DriverDescriptor = {
  name: 'memory',
  description: 'Keeps configuration in memory, as the reference for drivers and for simulations.',
  aliases: [],
  reschedulable: true,
  fence: 'device',
  devices: 'shared',
  // What comes together is claimed with one call.
  callsAtOnceMax: 64,
  unsupported: () => [],
};

/** How often what is watched is compared with what was written; without it, never. */
export interface AuditOptions {
  readonly clock: Clock;
  readonly auditMs: number;
}

/** A driver of the given agent on a device that it shares with other agents' drivers. */
export function memoryDriver(device: MemoryDevice, agent: string, options?: AuditOptions): Driver {
  return connectedDriver(directConnection(device, agent), options);
}

/** The driver over any connection to a memory device. */
export function connectedDriver(connection: DeviceConnection, options?: AuditOptions): Driver {
  const audit =
    options === undefined ? null : new Audit(connection, options.clock, options.auditMs);
  return {
    descriptor: memoryDescriptor,
    health: healthOver(connection, audit),
    prepare: (document) => connection.prepare(document),
    async apply(target) {
      const applied = await connection.apply(target).catch((error: unknown) => {
        // Somebody newer holds it: what this driver left there is nobody's business any more.
        if (error instanceof FencedError) audit?.forget(target.id);
        throw error;
      });
      audit?.note(target.id, applied);
      const { marker, contentApplied, operating } = applied;
      return { marker, contentApplied, operating };
    },
    async remove(asked) {
      const marker = await connection.remove(asked);
      audit?.forget(asked.id);
      return marker;
    },
    observe: (id) => connection.observe(id),
    survey: async () => (await connection.survey()).map(({ id, marker }) => ({ id, marker })),
    watch(id, notify) {
      const stop = connection.watch(id, (notice) => {
        if (notice.type !== 'status') notify(notice);
      });
      const stops = [stop, audit?.watch(id, notify)];
      return () => {
        for (const stop of stops) stop?.();
      };
    },
    probe: () => connection.probe(),
    close: async () => {
      audit?.close();
      connection.close();
    },
  };
}

/** The device tells what changes, and what it could not tell is found with the next survey. */
function healthOver(connection: DeviceConnection, audit: Audit | null): Health {
  return {
    watch(id, notify) {
      let told: OperatingReport | null = null;
      const tell = (operating: OperatingReport): void => {
        if (operating === told || isDeepStrictEqual(operating, told)) return;
        told = operating;
        notify(operating);
      };
      const stop = connection.watch(id, (notice) => {
        if (notice.type === 'status') tell(notice.operating);
      });
      const stopLooking = audit?.lookOn(id, tell);
      connection.present(id, tell);
      return () => {
        stop();
        stopLooking?.();
      };
    },
    statistics: (id) => connection.statistics(id),
  };
}
