import type { Address } from './address.ts';
import { type Subnet, unusable } from './config.ts';

/**
 * The subnet's free addresses, beginning at `from` and going once around: an address that was just
 * given back rests before it is given out again, while old connections to it die.
 */
export function* freeAddresses(
  subnet: Subnet,
  from: bigint | null,
  isTaken: (address: Address) => boolean,
): Generator<Address> {
  for (const { first, last } of around(subnet, from)) {
    for (let next = first; next <= last; next += 1n) {
      const address: Address = { family: subnet.cidr.family, value: next };
      if (!isTaken(address) && unusable(subnet, address) === null) yield address;
    }
  }
}

/** The subnet's ranges, cut at `from`: what lies at or above it first, then what lies below. */
function* around(subnet: Subnet, from: bigint | null): Generator<{ first: bigint; last: bigint }> {
  const cut = from ?? 0n;
  for (const { first, last } of subnet.ranges) {
    if (last >= cut) yield { first: first > cut ? first : cut, last };
  }
  for (const { first, last } of subnet.ranges) {
    if (first < cut) yield { first, last: last < cut ? last : cut - 1n };
  }
}
