import type { Driver } from '../../drivers/contract/driver.ts';
import { memoryModule } from '../../drivers/memory/module.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { caddyDevice } from '../drivers/support/caddy-device.ts';
import { driverContext } from '../drivers/support/context.ts';
import { haproxyHost } from '../drivers/support/haproxy-host.ts';
import { listener, loadBalancerDocument, member, pool } from '../fixtures/documents.ts';
import { DeviceProcess } from './device-process.ts';
import { membersEach } from './load-balancers.ts';

/** A device of one kind, new and empty; it runs in processes of its own. */
export interface DriverPlace {
  /** As an agent of this name reaches it. */
  driver(agent: string): Promise<Driver>;
  close(): Promise<void>;
}

export const driverNames = ['memory', 'haproxy', 'caddy'] as const;
export type DriverName = (typeof driverNames)[number];

export const driverPlaces: Readonly<Record<DriverName, () => Promise<DriverPlace>>> = {
  async memory() {
    const device = await DeviceProcess.start();
    const drivers: Driver[] = [];
    return {
      async driver(agent) {
        const options = { device: { url: device.url } };
        const driver = await memoryModule.create(driverContext(agent, options));
        drivers.push(driver);
        return driver;
      },
      async close() {
        for (const driver of drivers) await driver.close();
        await device.stop();
      },
    };
  },
  haproxy: () => haproxyHost(),
  caddy: () => caddyDevice(),
};

/** Another one in each run, so that two of them on one machine do not meet. */
const port = await freePort();
const addressesEach = 250;
/** So many load balancers have addresses of their own. */
export const placesMax = 250 * addressesEach;

/**
 * A load balancer with a listener, a pool and members, at an address that any machine has, since all of
 * 127.0.0.0/8 is its own. Of each edit clients see nothing but a timeout.
 */
export function benchDocument(index: number, edit: number): LoadBalancerDocument {
  const address = `127.101.${Math.floor(index / addressesEach)}.${1 + (index % addressesEach)}`;
  const members = Array.from({ length: membersEach }, (_, own) =>
    member({ id: fixedId(3, index, own), address: '127.0.0.1', protocol_port: 9_000 + own }),
  );
  const web = pool({ id: fixedId(2, index), members });
  const front = listener({
    id: fixedId(1, index),
    protocol_port: port,
    default_pool_id: web.id,
    timeout_member_data: 50_000 + edit,
  });
  return loadBalancerDocument({
    id: fixedId(0, index),
    vip_address: address,
    listeners: [front],
    pools: [web],
  });
}

/** The same for each edit, so that a device has the same things to tell apart as from a controller. */
function fixedId(kind: number, index: number, own = 0): string {
  const digits = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `bec00000-0000-4000-8${digits(kind, 3)}-${digits(own, 4)}${digits(index, 8)}`;
}
