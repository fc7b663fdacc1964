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

/** What a controller answers agents about what is on record. */
export function onRecord(
  { projection, owner, loadBalancers }: Known,
  { desired }: Pick<Stores, 'desired'>,
): Pick<InboxOptions, 'holder' | 'generation' | 'purged' | 'epochs'> {
  const { host } = owner;
  return {
    holder: (id) => {
      const context = host.committedContext(id) ?? projection.binding.get(id)?.context;
      return context?.binding ?? null;
    },
    generation: (id) => projection.desired.get(id)?.generation ?? 0,
    purged: (ids) => purgedAmong(ids, projection.desired, desired),
    epochs: async (ids) => {
      // A record that is behind would let a stale agent in, so all that was written is waited for.
      if (!(await loadBalancers.current())) return [];
      return ids.flatMap((id) => {
        const written = projection.binding.get(id)?.context.lastEpoch ?? 0;
        const epoch = Math.max(written, host.context(id)?.lastEpoch ?? 0);
        return epoch > 0 ? [{ loadBalancer: id, epoch }] : [];
      });
    },
  };
}
