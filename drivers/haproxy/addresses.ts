import { isIP } from 'node:net';

/** Is it a plain IPv4 or IPv6 address, without a zone? */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** Is it a network such as 10.0.0.0/8 or fd00::/8? */
export function isCidr(text: string): boolean {
  const [address, prefix, ...rest] = text.split('/');
  if (address === undefined || prefix === undefined || rest.length > 0) return false;
  if (!isAddress(address) || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}

/** The address as HAProxy's `bind`, `server` and `addr` understand it without guessing. */
export function haproxyAddress(address: string): string {
  if (!isAddress(address)) throw new Error(`not an IP address: ${JSON.stringify(address)}`);
  return isIP(address) === 4 ? `ipv4@${address}` : `ipv6@[${address}]`;
}
