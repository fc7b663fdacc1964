import { isIP } from 'node:net';

/** An address and a port as Caddy reads them. */
export function socketAddress(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
