import { onTestFinished } from 'vitest';
import type { Target } from '../../../drivers/contract/target.ts';
import type { Listener, LoadBalancerDocument, Pool } from '../../../machines/model/document.ts';
import { listener, loadBalancerDocument, member, pool } from '../../fixtures/documents.ts';
import { type Backend, startBackend } from './backend.ts';
import { type CaddyDevice, caddyDevice, vip } from './caddy-device.ts';
import { type FaultProxy, faultProxy } from './fault-proxy.ts';
import { freePort } from './traffic.ts';

/** A real Caddy that ends with the test. */
export async function appliance(apps?: object | null): Promise<CaddyDevice> {
  const device = await caddyDevice(apps);
  onTestFinished(() => device.close());
  return device;
}

/** A proxy in front of it, through which an agent's driver comes. */
export async function inFrontOf(device: CaddyDevice): Promise<FaultProxy & { url: string }> {
  const proxy = await faultProxy(device.port);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: `http://127.0.0.1:${proxy.port}` };
}

export async function backend(name: string): Promise<Backend> {
  const started = await startBackend(name);
  onTestFinished(() => started.close());
  return started;
}

/** Documents of load balancers on the appliance, each with ports that nobody has. */
export async function plainDocument(
  given: { id?: string; listeners?: number } = {},
): Promise<LoadBalancerDocument> {
  const ports = await Promise.all(
    Array.from({ length: given.listeners ?? 1 }, () => freePort(vip)),
  );
  return loadBalancerDocument({
    vip_address: vip,
    listeners: ports.map((protocol_port) => listener({ protocol_port })),
    ...(given.id === undefined ? {} : { id: given.id }),
  });
}

export async function web(
  backends: readonly Backend[],
  given: { listener?: Partial<Listener>; pool?: Partial<Pool> } = {},
): Promise<{ document: LoadBalancerDocument; port: number }> {
  const port = await freePort(vip);
  const members = backends.map((each) => member({ protocol_port: each.port }));
  const behind = pool({ members, ...given.pool });
  const front = listener({ protocol_port: port, default_pool_id: behind.id, ...given.listener });
  const document = loadBalancerDocument({
    vip_address: vip,
    listeners: [front],
    pools: [behind],
  });
  return { document, port };
}

export function targetOf(document: LoadBalancerDocument, epoch = 1, generation = 1): Target {
  return { id: document.id, epoch, generation, document };
}
