import type { Driver, DriverDescriptor } from '../contract/driver.ts';
import { type DeviceConnection, directConnection } from './connection.ts';
import type { MemoryDevice } from './device.ts';

/** What the reference driver is; it serves every document. */
export const memoryDescriptor: DriverDescriptor = {
  name: 'memory',
  description: 'Keeps configuration in memory, as the reference for drivers and for simulations.',
  aliases: [],
  reschedulable: true,
  fence: 'device',
  unsupported: () => [],
};

/** A driver of the given agent on a device that it shares with other agents' drivers. */
export function memoryDriver(device: MemoryDevice, agent: string): Driver {
  return connectedDriver(directConnection(device, agent));
}

/** The driver over any connection to a memory device. */
export function connectedDriver(connection: DeviceConnection): Driver {
  return {
    descriptor: memoryDescriptor,
    apply: (target) => connection.apply(target),
    remove: (asked) => connection.remove(asked),
    observe: (id) => connection.observe(id),
    watch: (id, notify) => connection.watch(id, notify),
    probe: () => connection.probe(),
    close: async () => connection.close(),
  };
}
