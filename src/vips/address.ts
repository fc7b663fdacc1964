import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Address {
  readonly family: 4 | 6;
  /** The address as a number, so that ranges are two numbers. */
  readonly value: bigint;
}

export interface Cidr {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefixLength: number;
}

const bitsOf = (family: 4 | 6) => (family === 4 ? 32 : 128);

/**
 * Only the plain spellings: four decimal numbers, or IPv6 without a zone. Shorthands such as
 * `127.1` or `0x7f000001` mean different things to different programs, so null is the answer.
 */
export function parseAddress(text: string): Address | null {
  if (isIP(text) === 0 || text.includes('%')) return null;
  const bytes = ipaddr.parse(text).toByteArray();
  return {
    family: bytes.length === 4 ? 4 : 6,
    value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  };
}

/** IPv4 addresses in IPv6's spelling: RFC 4291, 2.5.5.2. */
const mapped: Cidr = {
  family: 6,
  first: 0xffff_0000_0000n,
  last: 0xffff_ffff_ffffn,
  prefixLength: 96,
};

/** The IPv4 address that such a one stands for, as `::ffff:10.0.0.1` for `10.0.0.1`; null for any other. */
export function unmapped(address: Address): Address | null {
  return contains(mapped, address) ? { family: 4, value: address.value - mapped.first } : null;
}

/** Does the network hold such addresses? */
export function holdsMapped(cidr: Cidr): boolean {
  return overlap(cidr, mapped);
}

/** `10.0.0.0/8`, or a single address; bits beyond the prefix are dropped. Null if it is neither. */
export function parseCidr(text: string): Cidr | null {
  const [base = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === null || rest.length > 0) return null;
  const bits = bitsOf(address.family);
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return null;
  const prefixLength = prefix === undefined ? bits : Number(prefix);
  if (prefixLength > bits) return null;
  const hostMask = (1n << BigInt(bits - prefixLength)) - 1n;
  const first = address.value & ~hostMask;
  return { family: address.family, first, last: first | hostMask, prefixLength };
}

/** The one canonical spelling (for IPv6, RFC 5952). */
export function formatAddress({ family, value }: Address): string {
  const bytes = Array.from({ length: bitsOf(family) / 8 }, (_, index) =>
    Number((value >> BigInt(bitsOf(family) - 8 * (index + 1))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress({ family: cidr.family, value: cidr.first })}/${cidr.prefixLength}`;
}

export function contains(cidr: Cidr, address: Address): boolean {
  return (
    cidr.family === address.family && cidr.first <= address.value && address.value <= cidr.last
  );
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}
