import { type Claim, claimsMax } from '../../machines/protocol/agent-messages.ts';
import type { Device } from './device.ts';

/**
 * What has to be told with the next heartbeat, by devices and by what is only remembered; what finds no
 * room goes with a later one.
 */
export function claimsOf(devices: Iterable<Device>, remembered: Iterable<Claim>): Claim[] {
  const claims: Claim[] = [];
  for (const device of devices) {
    const claim = device.claim();
    if (claim !== null) claims.push(claim);
    if (claims.length === claimsMax) return claims;
  }
  for (const claim of remembered) {
    claims.push(claim);
    if (claims.length === claimsMax) break;
  }
  return claims;
}
