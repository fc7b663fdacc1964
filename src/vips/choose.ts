import { Fault } from '../../machines/model/fault.ts';
import type { VipRequest } from '../api/services.ts';
import { type Address, contains, formatAddress, parseAddress, unmapped } from './address.ts';
import { type Subnet, unusable } from './config.ts';

/** Where a VIP comes from: one address of its own choosing, or whatever is free in some subnets. */
export type Choice =
  | { readonly address: Address; readonly subnet: Subnet | null }
  | { readonly address: null; readonly subnets: readonly Subnet[] };

const invalid = (detail: string) => new Fault(400, `Validation failure: ${detail}`);

/**
 * What a request's fields come down to; throws a Fault (400) where they contradict each other or
 * name what is not configured. There is no Neutron, so an address alone is enough, and a port is
 * only a name that is kept.
 */
export function chooseVip(subnets: readonly Subnet[], request: VipRequest): Choice {
  const candidates = candidatesOf(subnets, request);
  if (request.address !== null) return explicit(subnets, candidates, request.address);
  if (request.subnetId !== null || request.networkId !== null) {
    // Octavia prefers IPv4 where the client leaves the choice.
    const ranked = candidates.toSorted((a, b) => a.cidr.family - b.cidr.family);
    return { address: null, subnets: ranked };
  }
  if (request.portId !== null) throw new Fault(400, `Port ${request.portId} not found.`);
  throw invalid('VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.');
}

/** The subnets that the request's ids leave; all of them where it names none. */
function candidatesOf(subnets: readonly Subnet[], request: VipRequest): readonly Subnet[] {
  const networkId = request.networkId?.toLowerCase() ?? null;
  const subnetId = request.subnetId?.toLowerCase() ?? null;
  const inNetwork = subnets.filter((each) => networkId === null || each.networkId === networkId);
  if (networkId !== null && inNetwork.length === 0) {
    throw new Fault(400, `Network ${request.networkId} not found.`);
  }
  const found = inNetwork.filter((each) => subnetId === null || each.subnetId === subnetId);
  if (subnetId !== null && found.length === 0) {
    throw new Fault(400, `Subnet ${request.subnetId} not found.`);
  }
  return found;
}

function explicit(all: readonly Subnet[], candidates: readonly Subnet[], text: string): Choice {
  const address = parseAddress(text);
  if (address === null) throw new Fault(400, `The IP Address ${text} is invalid.`);
  // It would be the same address to whoever binds it, and another one to whoever looks whether it is taken.
  const plain = unmapped(address);
  if (plain !== null) {
    throw invalid(`VIP address ${text} is an IPv4 address; write ${formatAddress(plain)}.`);
  }
  const subnet = candidates.find((each) => contains(each.cidr, address)) ?? null;
  if (subnet === null && candidates.length < all.length) {
    throw invalid(
      `VIP address ${formatAddress(address)} is in none of the subnets asked for: ` +
        candidates.map((each) => each.subnetId).join(', '),
    );
  }
  const reason = subnet === null ? null : unusable(subnet, address);
  if (reason !== null) throw invalid(`The VIP address can't be used: ${reason}.`);
  return { address, subnet };
}
