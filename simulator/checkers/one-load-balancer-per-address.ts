import { z } from 'zod';
import { desiredOf } from '../evidence/records.ts';
import type { SharedCheckerKind } from './checker.ts';

const VipRecord = z.object({ address: z.string(), loadBalancerId: z.string() });

/**
 * No two load balancers have one address, from the creation until the record is gone; each has its
 * address on record, and a deleted one has given it back. Where a controller or the store failed
 * meanwhile, an address may be left for the hourly sweep, which no run lives to see. One that had given
 * its address back, and is on record again because the store has lost its removal, may share it until it is
 * removed once more: its device refuses it for good.
 */
export const oneLoadBalancerPerAddress: SharedCheckerKind = {
  name: 'one-load-balancer-per-address',
  start({ world, violate }) {
    /** Of all that are on record. */
    const addresses = new Map<string, string>();
    /** Of which the store has lost that their records were removed. */
    const revived = new Set<string>();
    let wasSound = true;

    const check = (id: string, address: string): void => {
      if (addresses.get(id) === address || revived.has(id)) return;
      for (const [other, its] of addresses) {
        if (its !== address || other === id || revived.has(other)) continue;
        violate(`it has ${address}, which belongs to ${other}`, id);
      }
    };
    const forget = (id: string): void => {
      addresses.delete(id);
      revived.delete(id);
    };
    return {
      onEvent(event) {
        if (event.type === 'lost' && event.bucket === 'desired') {
          const { key, changes, now } = event;
          if (now?.type !== 'put') return forget(key);
          if (changes.some(({ type }) => type === 'removed')) revived.add(key);
          addresses.set(key, addressOf(now.value));
        }
        if (event.type === 'fault' && !/^(agent|device)-/.test(event.kind)) wasSound = false;
        if (event.type !== 'stored' || event.bucket !== 'desired') return;
        const { change } = event;
        if (change.type === 'removed') return forget(change.key);
        const address = addressOf(change.value);
        check(change.key, address);
        addresses.set(change.key, address);
      },
      atEnd() {
        const recorded = new Map(
          world.stores.vips.snapshot().map(({ value }) => {
            const { address, loadBalancerId } = VipRecord.parse(JSON.parse(value));
            return [address, loadBalancerId] as const;
          }),
        );
        for (const [id, address] of addresses) {
          if (recorded.get(address) === id || revived.has(id)) continue;
          violate(
            `its address ${address} is on record for ${recorded.get(address) ?? 'nobody'}`,
            id,
          );
        }
        if (!wasSound) return;
        for (const [address, id] of recorded) {
          if (!addresses.has(id)) violate(`its address ${address} was not given back`, id);
        }
      },
    };
  },
};

const addressOf = (value: string): string => desiredOf(value).document.vip_address;
