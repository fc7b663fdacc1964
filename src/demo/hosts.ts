import { join } from 'node:path';
import type { Surroundings } from '../up/stack.ts';
import type { HostNetwork } from './network.ts';

/** The driver whose load balancers move between the hosts, and its options there. */
export const movingDriver = { 'haproxy-vip': { interface: 'eth0' } };
export const movingProvider = 'haproxy-vip';

/**
 * A stack whose agents are on hosts of their own, each with its own disk; NATS is reached over the
 * network, as on real hosts.
 */
export function onHosts(network: HostNetwork, directory: string): Surroundings {
  const { prefix, gateway } = network;
  return {
    natsHost: gateway,
    pool: {
      networkId: 'a0000000-0000-4000-8000-000000000003',
      subnetId: 'a0000000-0000-4000-8000-000000000004',
      networkName: 'hosts',
      subnetName: 'hosts',
      cidr: `${prefix}.0/24`,
      ranges: [{ first: `${prefix}.100`, last: `${prefix}.199` }],
    },
    allow: [],
    agentHost(index) {
      const host = network.hosts[index];
      if (host === undefined) throw new Error(`the network has no host for agent ${index + 1}`);
      return { stateDir: join(directory, `host-${index + 1}`), under: network.under(host) };
    },
  };
}
