import type { LoadBalancerDocument, Pool } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import {
  type Address,
  type Cidr,
  contains,
  formatCidr,
  parseAddress,
  parseCidr,
} from '../vips/address.ts';
import type { AddressPolicy } from './config.ts';

interface Refused {
  readonly cidr: string;
  readonly why: string;
}

/**
 * What no load balancer has any business with. A load balancer is a way for a tenant to make the
 * host send packets, so pointing one at the host itself or at a metadata service is an attack.
 */
const builtIn: readonly Refused[] = [
  { cidr: '0.0.0.0/8', why: 'it means this host or nothing' },
  { cidr: '127.0.0.0/8', why: 'it is a loopback address' },
  { cidr: '169.254.0.0/16', why: 'it is a link-local address' },
  { cidr: '169.254.169.254/32', why: 'it is the address of a metadata service' },
  { cidr: '224.0.0.0/4', why: 'it is a multicast address' },
  { cidr: '240.0.0.0/4', why: 'it is a reserved or broadcast address' },
  { cidr: '::/128', why: 'it is the unspecified address' },
  { cidr: '::1/128', why: 'it is a loopback address' },
  { cidr: 'fe80::/10', why: 'it is a link-local address' },
  { cidr: 'ff00::/8', why: 'it is a multicast address' },
  { cidr: 'fd00:ec2::254/128', why: 'it is the address of a metadata service' },
];

/** Forms of IPv6 that carry an IPv4 address: its first bit counted from the end, and the network. */
const carriers: readonly { cidr: string; shift: bigint }[] = [
  { cidr: '::ffff:0:0/96', shift: 0n },
  { cidr: '64:ff9b::/96', shift: 0n },
  { cidr: '::/96', shift: 0n },
  { cidr: '2002::/16', shift: 80n },
];

/**
 * Why nothing may point to the address, as the rest of a sentence; null if it may. The most specific
 * network that refuses it decides, unless an allowed network that is at least as specific holds it.
 * So allowing a large network does not open a metadata service within it by accident.
 */
export function forbiddenAddress(text: string, policy: AddressPolicy): string | null {
  const address = parseAddress(text);
  if (address === null) return 'it is no IPv4 or IPv6 address';
  return refusal(address, policy) ?? carriedRefusal(address, policy);
}

function refusal(address: Address, policy: AddressPolicy): string | null {
  const denied = policy.deny.map((cidr) => ({
    cidr,
    why: `it is in ${cidr}, which this deployment does not allow`,
  }));
  let worst: { cidr: Cidr; why: string } | null = null;
  for (const { cidr: written, why } of [...builtIn, ...denied]) {
    const cidr = network(written);
    if (!contains(cidr, address)) continue;
    if (worst === null || cidr.prefixLength > worst.cidr.prefixLength) worst = { cidr, why };
  }
  if (worst === null) return null;
  const { prefixLength } = worst.cidr;
  const allowed = policy.allow
    .map(network)
    .some((cidr) => contains(cidr, address) && cidr.prefixLength >= prefixLength);
  return allowed ? null : worst.why;
}

function carriedRefusal(address: Address, policy: AddressPolicy): string | null {
  for (const { cidr: written, shift } of carriers) {
    const cidr = network(written);
    if (!contains(cidr, address)) continue;
    const carried: Address = { family: 4, value: (address.value >> shift) & 0xffff_ffffn };
    const why = refusal(carried, policy);
    if (why !== null) return `it carries an IPv4 address by ${formatCidr(cidr)}: ${why}`;
  }
  return null;
}

function network(written: string): Cidr {
  const cidr = parseCidr(written);
  if (cidr === null) throw new TypeError(`${written} in the address policy was not validated`);
  return cidr;
}

/** Throws a Fault (400) that names the attribute, the address and why. */
export function checkAddress(
  attribute: string,
  address: string | null,
  policy: AddressPolicy,
): void {
  if (address === null) return;
  const why = forbiddenAddress(address, policy);
  if (why !== null) {
    throw new Fault(400, `${address} is not a valid option for ${attribute}: ${why}.`);
  }
}

/** {@link checkAddress} for a pool's members and what they are monitored at. */
export function checkPoolAddresses(pool: Pool, policy: AddressPolicy): void {
  for (const member of pool.members) {
    checkAddress('member address', member.address, policy);
    checkAddress('member monitor_address', member.monitor_address, policy);
  }
}

/** {@link checkPoolAddresses} for all pools of a new load balancer. */
export function checkDocumentAddresses(
  document: LoadBalancerDocument,
  policy: AddressPolicy,
): void {
  for (const pool of document.pools) checkPoolAddresses(pool, policy);
}
