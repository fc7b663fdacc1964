import { connectedDriver } from '../../drivers/memory/driver.ts';
import { type DeviceConnection, directConnection } from '../../drivers/memory/connection.ts';
import { MemoryDevice, type MemoryDeviceOptions } from '../../drivers/memory/device.ts';
import type { Driver, Observed } from '../../drivers/contract/driver.ts';
import type { CallFault } from '../../drivers/memory/device.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';

/** The world's device, as agents reach it, as checkers look at it, and as faults disturb it. */
export interface Appliance {
  connect(agent: string): DeviceConnection;
  peek(id: string): Observed | null;
  content(id: string): LoadBalancerDocument | null;
  failNext(count: number, fault: CallFault): void;
  setUnreachable(reason: string | null): void;
  breakDown(id: string, reason: string): void;
}

export function memoryAppliance(options: MemoryDeviceOptions): Appliance & {
  readonly device: MemoryDevice;
} {
  const device = new MemoryDevice(options);
  return {
    device,
    connect: (agent) => directConnection(device, agent),
    peek: (id) => device.peek(id),
    content: (id) => device.content(id),
    failNext: (count, fault) => device.failNext(count, fault),
    setUnreachable: (reason) => device.setUnreachable(reason),
    breakDown: (id, reason) => device.breakDown(id, reason),
  };
}

/** The driver of one agent on the appliance. */
export function applianceDriver(appliance: Appliance, agent: string): Driver {
  return connectedDriver(appliance.connect(agent));
}
