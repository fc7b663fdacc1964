import { z } from 'zod';
import {
  type Address,
  type Cidr,
  contains,
  formatAddress,
  holdsMapped,
  overlap,
  parseAddress,
  parseCidr,
} from './address.ts';

const address = z
  .string()
  .refine((text) => parseAddress(text) !== null, 'must be an IPv4 or IPv6 address');
const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== null, 'must be a network such as 192.0.2.0/24');

/** Octavia's and Neutron's bound for names. */
export const poolNameMax = 255;
const name = z.string().max(poolNameMax).default('');

const VipPool = z.strictObject({
  networkId: z.uuid(),
  subnetId: z.uuid(),
  /** By these, clients may name them in place of their ids. */
  networkName: name,
  subnetName: name,
  cidr,
  /** What may be given out without being asked for; all of the network's hosts by default. */
  ranges: z
    .array(z.strictObject({ first: address, last: address }))
    .min(1)
    .optional(),
  /** Never given out. */
  gateway: address.optional(),
});

/** The subnets that VIPs are taken from, in place of Neutron's. */
export const VipPools = z.array(VipPool).superRefine((pools, context) => {
  for (const [index, pool] of pools.entries()) {
    for (const message of faultsOf(pool, pools.slice(0, index))) {
      context.addIssue({ code: 'custom', path: [index], message });
    }
  }
});
export type VipPools = z.infer<typeof VipPools>;

function* faultsOf(pool: z.infer<typeof VipPool>, earlier: VipPools): Generator<string> {
  const network = parseCidr(pool.cidr);
  // The field's own issue names it already.
  if (network === null) return;
  // By them an address could be given out that another load balancer has in IPv4's own spelling.
  if (holdsMapped(network)) {
    yield `cidr ${pool.cidr} holds IPv4 addresses in IPv6's spelling; write their network as IPv4`;
  }
  for (const other of earlier) {
    const taken = parseCidr(other.cidr);
    if (other.subnetId.toLowerCase() === pool.subnetId.toLowerCase()) {
      yield `subnetId ${pool.subnetId} is used twice`;
    }
    const isSameNetwork = other.networkId.toLowerCase() === pool.networkId.toLowerCase();
    if (isSameNetwork && other.networkName !== pool.networkName) {
      yield `network ${pool.networkId} is named both '${other.networkName}' and '${pool.networkName}'`;
    }
    if (taken !== null && overlap(taken, network)) {
      yield `cidr ${pool.cidr} overlaps with ${other.cidr}`;
    }
  }
  for (const { first, last } of pool.ranges ?? []) {
    const from = parseAddress(first);
    const to = parseAddress(last);
    if (from === null || to === null) continue;
    if (!contains(network, from) || !contains(network, to) || from.value > to.value) {
      yield `range ${first} to ${last} must run upwards within ${pool.cidr}`;
    }
  }
  if (pool.gateway !== undefined) {
    const gateway = parseAddress(pool.gateway);
    if (gateway !== null && !contains(network, gateway)) {
      yield `gateway ${pool.gateway} is not in ${pool.cidr}`;
    }
  }
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** A configured subnet, its addresses as numbers. */
export interface Subnet {
  readonly networkId: string;
  readonly subnetId: string;
  /** Empty where they have none. */
  readonly networkName: string;
  readonly subnetName: string;
  readonly cidr: Cidr;
  readonly ranges: readonly Range[];
  readonly gateway: Address | null;
}

/** Call it with parsed {@link VipPools} only. */
export function subnetsOf(pools: VipPools): Subnet[] {
  return pools.map((pool) => {
    const network = certain(parseCidr(pool.cidr));
    const ranges = pool.ranges?.map(({ first, last }) => ({
      first: certain(parseAddress(first)).value,
      last: certain(parseAddress(last)).value,
    }));
    return {
      networkId: pool.networkId.toLowerCase(),
      subnetId: pool.subnetId.toLowerCase(),
      networkName: pool.networkName,
      subnetName: pool.subnetName,
      cidr: network,
      ranges: ranges ?? [hostsOf(network)],
      gateway: pool.gateway === undefined ? null : certain(parseAddress(pool.gateway)),
    };
  });
}

function certain<T>(value: T | null): T {
  if (value === null) throw new TypeError('an address of the VIP pools was not validated');
  return value;
}

/** All but the network's own address and, with IPv4, its broadcast address. */
function hostsOf({ family, first, last }: Cidr): Range {
  const size = last - first + 1n;
  if (size <= 2n) return { first, last };
  return { first: first + 1n, last: family === 4 ? last - 1n : last };
}

/** Why a load balancer can't have this address of the subnet, or null if it can. */
export function unusable(subnet: Subnet, address: Address): string | null {
  const text = formatAddress(address);
  if (!contains(subnet.cidr, address)) return `${text} is not in subnet ${subnet.subnetId}`;
  if (subnet.gateway?.value === address.value) return `${text} is the subnet's gateway`;
  const hosts = hostsOf(subnet.cidr);
  if (address.value < hosts.first) return `${text} is the subnet's own address`;
  if (address.value > hosts.last) return `${text} is the subnet's broadcast address`;
  return null;
}
