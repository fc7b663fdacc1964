import type { AddressPolicy } from '../api/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import { parseAddress } from '../vips/address.ts';

/**
 * Adds what the controller knows of the control plane's own addresses to what nothing may point to:
 * a tenant must not reach NATS or the API through a load balancer. `allow` can still open one.
 */
export function guardControlPlane(policy: AddressPolicy, config: LoadedConfig): AddressPolicy {
  const hosts = [
    ...config.nats.servers.map((server) => new URL(server).hostname),
    config.controller.api.host,
  ].map((host) => host.replace(/^\[|\]$/g, ''));
  const known = hosts.filter((host) => {
    const address = parseAddress(host);
    // An API that listens everywhere has no address of its own; loopback is refused anyway, and
    // allowing it (as \`up\` does) has to be possible with one network.
    return address !== null && address.value !== 0n && !isLoopback(host);
  });
  return { ...policy, deny: [...policy.deny, ...known] };
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
