import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type DriverHarness, driverConformance } from '../../drivers/contract/conformance.ts';
import { checkedWeb, listener, loadBalancerDocument } from '../fixtures/documents.ts';
import { type Backend, startBackend } from './support/backend.ts';
import { eventually } from './support/eventually.ts';
import { haproxyHost, vip } from './support/haproxy-host.ts';
import { freePort, get } from './support/traffic.ts';

async function makeHarness(): Promise<DriverHarness> {
  const host = await haproxyHost();
  const ports = { first: await freePort(vip), second: await freePort(vip) };
  const stranger = createServer();
  const backends = await Promise.all(['well', 'sick'].map(startBackend));
  const servers = new Map<string, Backend>();
  return {
    driver: (agent) => host.driver(agent, { statusPollMs: 50 }),
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
    health: {
      document: (id) => {
        const { document } = checkedWeb(id);
        const [front, pool] = [document.listeners[0]!, document.pools[0]!];
        const members = pool.members.map((each, index) => {
          servers.set(each.id, backends[index]!);
          return { ...each, protocol_port: backends[index]!.port };
        });
        return {
          ...document,
          vip_address: vip,
          listeners: [{ ...front, protocol_port: ports.first }],
          pools: [{ ...pool, members }],
        };
      },
      async setFailing(_, member, isFailing) {
        servers.get(member)!.answerWith(isFailing ? 500 : 200);
      },
      async request() {
        expect(await get(vip, ports.first)).toMatchObject({ status: 200 });
      },
    },
    eventually,
    newId: randomUUID,
    async close() {
      if (stranger.listening) stranger.close();
      await host.close();
      for (const backend of backends) await backend.close();
    },
  };
}

describe('the haproxy driver conforms, with real processes', () => {
  for (const { title, run } of driverConformance('haproxy', { makeHarness })) test(title, run);
});
