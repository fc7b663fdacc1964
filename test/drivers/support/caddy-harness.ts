import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { DriverHarness } from '../../../drivers/contract/harness.ts';
import { listener, loadBalancerDocument } from '../../fixtures/documents.ts';
import { caddyDevice, vip } from './caddy-device.ts';
import { eventually } from './eventually.ts';
import { freePort } from './traffic.ts';

/** What the conformance suite needs to know of a driver that configures a real Caddy. */
export async function caddyHarness(): Promise<DriverHarness> {
  const device = await caddyDevice();
  const stranger = createServer();
  const ports = { first: await freePort(vip), second: await freePort(vip) };
  return {
    driver: (agent) => device.driver(agent),
    document: (id, variant) =>
      loadBalancerDocument({
        id,
        vip_address: vip,
        listeners: [listener({ protocol_port: ports[variant] })],
      }),
    unsupported: () => ({
      document: loadBalancerDocument({ listeners: [listener({ protocol: 'TCP' })] }),
      named: 'listener protocol TCP',
    }),
    async refused(id) {
      await new Promise<void>((resolve) => stranger.listen(ports.second, vip, resolve));
      return loadBalancerDocument({
        id,
        vip_address: vip,
        listeners: [listener({ protocol_port: ports.second })],
      });
    },
    async serving(id) {
      const server = (await device.servers())[id];
      const listen = server?.['listen'];
      return Array.isArray(listen) ? JSON.stringify(contentOf(server ?? {})) : null;
    },
    async breakDown(id) {
      await device.call('PATCH', `/config/apps/http/servers/${id}/listen`, []);
    },
    async tamper(id) {
      await device.call('PATCH', `/config/apps/http/servers/${id}/idle_timeout`, '1s');
    },
    health: null,
    lease: null,
    eventually,
    newId: randomUUID,
    async close() {
      if (stranger.listening) stranger.close();
      await device.close();
    },
  };
}

/** Without the first route, in which the marker is. */
function contentOf(server: Record<string, unknown>): Record<string, unknown> {
  const [, ...routes] = server['routes'] as unknown[];
  return { ...server, routes };
}
