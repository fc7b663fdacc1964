import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import type { LoadBalancers } from '../api/services.ts';
import type { Stores } from '../ports/store.ts';
import type { InboxOptions } from './inbox.ts';
import type { LoadBalancerOwner } from './load-balancer-owner.ts';
import type { Projection } from './projection.ts';
import { purgedAmong } from './purged.ts';

interface Known {
  readonly projection: Projection;
  readonly owner: LoadBalancerOwner;
  readonly loadBalancers: Pick<LoadBalancers, 'current'>;
}

/** What is known committed of a load balancer, by its own actor or as the watch tells it. */
export function contextOnRecord(
  { projection, owner: { host } }: Pick<Known, 'projection' | 'owner'>,
  id: string,
): LoadBalancerContext | null {
  return host.committedContext(id) ?? projection.binding.get(id)?.context ?? null;
}

/** What a controller answers agents about what is on record. */
export function onRecord(
  known: Known,
  { desired }: Pick<Stores, 'desired'>,
): Pick<InboxOptions, 'holder' | 'generation' | 'purged' | 'epochs'> {
  const { projection, owner, loadBalancers } = known;
  return {
    holder: (id) => contextOnRecord(known, id)?.binding ?? null,
    generation: (id) => projection.desired.get(id)?.generation ?? 0,
    purged: (ids) => purgedAmong(ids, projection.desired, desired),
    epochs: async (ids) => {
      // A record that is behind would let a stale agent in, so all that was written is waited for.
      if (!(await loadBalancers.current())) return null;
      return ids.flatMap((id) => {
        const written = projection.binding.get(id)?.context.lastEpoch ?? 0;
        const epoch = Math.max(written, owner.host.context(id)?.lastEpoch ?? 0);
        return epoch > 0 ? [{ loadBalancer: id, epoch }] : [];
      });
    },
  };
}
