import { z } from 'zod';
import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

const VipRecord = z.object({ address: z.string(), loadBalancerId: z.string() });

/**
 * No two load balancers have one address, from the creation until the record is gone; each has its
 * address on record, and a deleted one has given it back. Where a controller or the store failed
 * meanwhile, an address may be left for the hourly sweep, which no run lives to see.
 */
export const oneLoadBalancerPerAddress: CheckerKind = {
  name: 'one-load-balancer-per-address',
  start({ world, violate }) {
    const holders = new Map<string, string>();
    const addresses = new Map<string, string>();
    let wasSound = true;
    return {
      onEvent(event) {
        if (event.type === 'lost' && event.bucket === 'desired') {
          const gone = event.now === null ? addresses.get(event.key) : undefined;
          if (gone !== undefined) holders.delete(gone);
          if (gone !== undefined) addresses.delete(event.key);
        }
        if (event.type === 'fault' && !/^(agent|device)-/.test(event.kind)) wasSound = false;
        if (event.type !== 'stored' || event.bucket !== 'desired') return;
        const { change } = event;
        const { key } = change;
        if (change.type === 'removed') {
          holders.delete(addresses.get(key) ?? '');
          addresses.delete(key);
          return;
        }
        // On record again after its deletion was lost: its address may be another one's by then.
        if (world.losses.ofDeletion(key)) return;
        const address = desiredOf(change.value).document.vip_address;
        const holder = holders.get(address) ?? key;
        if (holder !== key) violate(`it has ${address}, which belongs to ${holder}`, key);
        holders.set(address, key);
        addresses.set(key, address);
      },
      atEnd() {
        const recorded = new Map(
          world.stores.vips.snapshot().map(({ value }) => {
            const { address, loadBalancerId } = VipRecord.parse(JSON.parse(value));
            return [address, loadBalancerId] as const;
          }),
        );
        for (const [id, address] of addresses) {
          if (recorded.get(address) === id) continue;
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
