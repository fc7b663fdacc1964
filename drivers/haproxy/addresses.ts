import { isIP } from 'node:net';
import { isAddress } from '../contract/addresses.ts';

/** The address as HAProxy's `bind`, `server` and `addr` understand it without guessing. */
export function haproxyAddress(address: string): string {
  if (!isAddress(address)) throw new Error(`not an IP address: ${JSON.stringify(address)}`);
  return isIP(address) === 4 ? `ipv4@${address}` : `ipv6@[${address}]`;
}
