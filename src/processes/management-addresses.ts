import type { AddressPolicy } from '../api/config.ts';
import type { AgentView } from '../api/services.ts';
import type { LoadedConfig } from '../config/load.ts';
import { formatAddress, parseAddress, unmapped } from '../vips/address.ts';

/**
 * Adds what the controller knows of the management side to what nothing may point to: a tenant must
 * reach neither NATS nor the API nor an agent's host through a load balancer. `allow` can open one.
 */
export function guardManagement(
  policy: AddressPolicy,
  config: LoadedConfig,
  agents: readonly Pick<AgentView, 'addresses'>[],
): AddressPolicy {
  const hosts = [
    ...config.nats.servers.map((server) => new URL(server).hostname),
    config.controller.api.host,
  ].map((host) => host.replace(/^\[|\]$/g, ''));
  const known = [...hosts, ...agents.flatMap(({ addresses }) => addresses)]
    .map(asIpv4)
    .filter((host) => {
      const address = parseAddress(host);
      // An API that listens everywhere has no address of its own; loopback is refused anyway, and
      // allowing it (as `up` does) has to be possible with one network.
      return address !== null && address.value !== 0n && !isLoopback(host);
    });
  return { ...policy, deny: [...policy.deny, ...known] };
}

/** An IPv4 address in IPv6's spelling is reached as IPv4 too, so it is refused as that, and so as what carries it. */
function asIpv4(host: string): string {
  const address = parseAddress(host);
  const plain = address === null ? null : unmapped(address);
  return plain === null ? host : formatAddress(plain);
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
