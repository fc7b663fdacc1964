import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { Driver } from '../../../drivers/contract/driver.ts';
import type { DriverHarness } from '../../../drivers/contract/harness.ts';
import type { LeaseHarness } from '../../../drivers/contract/harness.ts';
import { checkedWeb, listener, loadBalancerDocument } from '../../fixtures/documents.ts';
import { type Backend, startBackend } from './backend.ts';
import { eventually } from './eventually.ts';
import type { HaproxyHost } from './haproxy-host.ts';
import { get } from './traffic.ts';

interface Place {
  readonly host: HaproxyHost;
  readonly ports: { readonly first: number; readonly second: number };
  /** The addresses of the two variants: of one load balancer, or of two that are there at once. */
  readonly addresses: { readonly first: string; readonly second: string };
  /** Where a stranger listens that is in the way. */
  readonly strangersAddress: string;
  readonly lease: LeaseHarness | null;
  driver(agent: string, options: object): Promise<Driver>;
  close(): Promise<void>;
}

/** What the conformance suite needs to know of a driver that runs real HAProxy processes. */
export async function haproxyHarness(place: Place): Promise<DriverHarness> {
  const { host, ports, addresses } = place;
  const stranger = createServer();
  const backends = await Promise.all(['well', 'sick'].map(startBackend));
  const servers = new Map<string, Backend>();
  return {
    driver: (agent) => place.driver(agent, { statusPollMs: 50 }),
    document: (id, variant) =>
      loadBalancerDocument({
        id,
        vip_address: addresses[variant],
        listeners: [listener({ protocol_port: ports[variant] })],
      }),
    unsupported: () => ({
      document: loadBalancerDocument({ listeners: [listener({ protocol: 'UDP' })] }),
      named: 'listener protocol UDP',
    }),
    async refused(id) {
      await new Promise<void>((resolve) =>
        stranger.listen(ports.second, place.strangersAddress, resolve),
      );
      return loadBalancerDocument({
        id,
        vip_address: addresses.first,
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
          vip_address: addresses.first,
          listeners: [{ ...front, protocol_port: ports.first }],
          pools: [{ ...pool, members }],
        };
      },
      async setFailing(_, member, isFailing) {
        servers.get(member)!.answerWith(isFailing ? 500 : 200);
      },
      async request() {
        assert.equal((await get(addresses.first, ports.first)).status, 200);
      },
    },
    lease: place.lease,
    eventually,
    newId: randomUUID,
    async close() {
      if (stranger.listening) stranger.close();
      await place.close();
      for (const backend of backends) await backend.close();
    },
  };
}
