import { randomUUID } from 'node:crypto';
import type { Driver } from '../../../drivers/contract/driver.ts';
import type { DriverHarness } from '../../../drivers/contract/harness.ts';
import type { LeaseHarness } from '../../../drivers/contract/harness.ts';
import type { MemoryDevice } from '../../../drivers/memory/device.ts';
import { checkedWeb, listener, loadBalancerDocument } from '../../fixtures/documents.ts';
import { eventually } from './eventually.ts';

interface Way {
  readonly lease?: LeaseHarness;
  connect(agent: string): Promise<Driver>;
  closeDevice?(): Promise<void>;
}

/** A harness on a memory device, however its drivers reach it. */
export function memoryHarness(device: MemoryDevice, way: Way): DriverHarness {
  const drivers: Driver[] = [];
  return {
    async driver(agent) {
      const driver = await way.connect(agent);
      drivers.push(driver);
      return driver;
    },
    document: (id, variant) =>
      loadBalancerDocument({
        id,
        listeners: [listener({ protocol_port: variant === 'first' ? 80 : 81 })],
      }),
    unsupported: () => null,
    async refused(id) {
      device.trouble.refuse(id, 'the appliance does not like it');
      return loadBalancerDocument({ id });
    },
    async serving(id) {
      const running = device.peek(id)?.running === true;
      return running ? JSON.stringify(device.content(id)) : null;
    },
    async breakDown(id) {
      device.breakDown(id, 'power cut');
    },
    async tamper(id) {
      device.tamper(id, (document) => ({ ...document, description: 'changed by hand' }));
    },
    health: {
      document: (id) => checkedWeb(id).document,
      setFailing: async (id, member, isFailing) => device.setFailing(id, member, isFailing),
      request: async (_, listener) =>
        device.count(listener, { total_connections: 1, bytes_in: 100, bytes_out: 1_000 }),
    },
    lease: way.lease ?? null,
    eventually,
    newId: randomUUID,
    async close() {
      for (const driver of drivers) await driver.close();
      await way.closeDevice?.();
    },
  };
}
