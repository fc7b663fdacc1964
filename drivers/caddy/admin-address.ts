import { BlockList, isIP } from 'node:net';

/** Where a Caddy's admin API answers. */
export type AdminAddress =
  | {
      readonly kind: 'tcp';
      /** By https? */
      readonly secure: boolean;
      readonly host: string;
      readonly port: number;
      readonly text: string;
    }
  | { readonly kind: 'unix'; readonly socketPath: string; readonly text: string };

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Reads `http://<host>:<port>`, the same with `https`, or `unix//<path>` as Caddy itself writes it; null: neither. */
export function parseAdminAddress(text: string): AdminAddress | null {
  const socketPath = /^unix\/(\/[^\0]+)$/.exec(text)?.[1];
  if (socketPath !== undefined) return { kind: 'unix', socketPath, text };
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text);
  const isBare = [search, hash, username, password].every((each) => each === '');
  const secure = protocol === 'https:';
  if (!(secure || protocol === 'http:') || pathname !== '/' || !isBare) return null;
  // An IPv6 address stands in brackets in a URL only.
  const host = hostname.replace(/^\[|\]$/g, '');
  const usual = secure ? 443 : 80;
  return { kind: 'tcp', secure, host, port: port === '' ? usual : Number(port), text };
}

/** Is it on this very host, where nobody else can reach it? */
export function isHere(address: AdminAddress | null): boolean {
  if (address === null) return false;
  if (address.kind === 'unix' || address.host === 'localhost') return true;
  const family = isIP(address.host);
  return family !== 0 && loopback.check(address.host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Would a listener at this address and port stand in the admin API's own place? */
export function isOwnPlace(admin: AdminAddress, address: string, port: number): boolean {
  if (admin.kind === 'unix' || admin.port !== port) return false;
  const isEverywhere = address === '0.0.0.0' || /^[0:]+$/.test(address);
  if (isEverywhere || address === admin.host) return true;
  return admin.host === 'localhost' && isHere({ ...admin, host: address });
}
