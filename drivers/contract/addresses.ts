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
