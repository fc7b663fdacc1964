import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
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

interface Refused<TCidr> {
  readonly cidr: TCidr;
  readonly why: string;
}

/** A policy whose networks have been read. */
interface Networks {
  /** What is refused, the most specific first. */
  readonly refused: readonly Refused<Cidr>[];
  readonly allowed: readonly Cidr[];
}

/**
 * What no load balancer has any business with. A load balancer is a way for a tenant to make the
 * host send packets, so pointing one at the host itself or at a metadata service is an attack.
 */
const builtIn: readonly Refused<string>[] = [
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
const carriers: readonly { cidr: Cidr; shift: bigint }[] = [
  { cidr: network('::ffff:0:0/96'), shift: 0n },
  { cidr: network('64:ff9b::/96'), shift: 0n },
  { cidr: network('::/96'), shift: 0n },
  { cidr: network('2002::/16'), shift: 80n },
];

/** Read once, because every address of every request is held against them. */
const read = new WeakMap<AddressPolicy, Networks>();

function networksOf(policy: AddressPolicy): Networks {
  let networks = read.get(policy);
  if (networks === undefined) {
    const denied = policy.deny.map((cidr) => ({
      cidr,
      why: `it is in ${cidr}, which this deployment does not allow`,
    }));
    const refused = [...builtIn, ...denied]
      .map(({ cidr, why }) => ({ cidr: network(cidr), why }))
      .toSorted((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
    networks = { refused, allowed: policy.allow.map(network) };
    read.set(policy, networks);
  }
  return networks;
}

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
  const { refused, allowed } = networksOf(policy);
  const worst = refused.find(({ cidr }) => contains(cidr, address));
  if (worst === undefined) return null;
  const { prefixLength } = worst.cidr;
  const mayAllTheSame = allowed.some(
    (cidr) => cidr.prefixLength >= prefixLength && contains(cidr, address),
  );
  return mayAllTheSame ? null : worst.why;
}

function carriedRefusal(address: Address, policy: AddressPolicy): string | null {
  for (const { cidr, shift } of carriers) {
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

/** {@link checkAddress} for a member and where it is monitored. */
export function checkMemberAddresses(member: Member, policy: AddressPolicy): void {
  checkAddress('member address', member.address, policy);
  checkAddress('member monitor_address', member.monitor_address, policy);
}

/** {@link checkMemberAddresses} for all of a pool. */
export function checkPoolAddresses(pool: Pool, policy: AddressPolicy): void {
  for (const member of pool.members) checkMemberAddresses(member, policy);
}

/** {@link checkPoolAddresses} for all pools of a new load balancer. */
export function checkDocumentAddresses(
  document: LoadBalancerDocument,
  policy: AddressPolicy,
): void {
  for (const pool of document.pools) checkPoolAddresses(pool, policy);
}
