import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, test } from 'vitest';
import { type DriverHarness, driverConformance } from '../../drivers/contract/conformance.ts';
import { listener, loadBalancerDocument } from '../fixtures/documents.ts';
import { eventually } from './support/eventually.ts';
import { haproxyHost, vip } from './support/haproxy-host.ts';
import { freePort } from './support/traffic.ts';

async function makeHarness(): Promise<DriverHarness> {
  const host = await haproxyHost();
  const ports = { first: await freePort(vip), second: await freePort(vip) };
  const stranger = createServer();
  return {
    driver: (agent) => host.driver(agent),
    document: (id, variant) =>
      loadBalancerDocument({
        id,
        vip_address: vip,
        listeners: [listener({ protocol_port: ports[variant] })],
      }),
    unsupported: () => ({
      document: loadBalancerDocument({ listeners: [listener({ protocol: 'UDP' })] }),
      named: 'listener protocol UDP',
    }),
    async refused(id) {
      await new Promise<void>((resolve) => stranger.listen(ports.second, vip, resolve));
      return loadBalancerDocument({
        id,
        vip_address: vip,
        listeners: [
          listener({ protocol_port: ports.first }),
          listener({ protocol_port: ports.second }),
        ],
      });
    },
    async serving(id) {
      const running = host.site(id).running();
      return running === null ? null : JSON.stringify(running);
    },
    async breakDown(id) {
      process.kill(host.process(id).pid, 'SIGKILL');
    },
    tamper: null,
    eventually,
    newId: randomUUID,
    async close() {
      if (stranger.listening) stranger.close();
      await host.close();
    },
  };
}

describe('the haproxy driver conforms, with real processes', () => {
  for (const { title, run } of driverConformance('haproxy', { makeHarness })) test(title, run);
});
