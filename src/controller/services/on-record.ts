import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancers } from '../../api/services.ts';
import type { Stores } from '../../ports/store.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import { movedAway } from '../fleet/moved-away.ts';
import type { LoadBalancerOwner } from '../load-balancers/load-balancer-owner.ts';
import { type Dispatch, openTo } from '../placement/dispatch.ts';
import type { Projection } from '../records/projection.ts';
import { purgedAmong } from '../records/purged.ts';
import type { InboxOptions } from './inbox.ts';

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

/** What a controller answers agents about what is on record, and about what they may take. */
export function onRecord(
  known: Known,
  { stores, dispatch }: { readonly stores: Pick<Stores, 'desired'>; readonly dispatch?: Dispatch },
  fleet: FleetView,
): Pick<InboxOptions, 'holder' | 'generation' | 'purged' | 'epochs' | 'moved' | 'queues'> {
  const { projection, owner, loadBalancers } = known;
  const current = () => loadBalancers.current();
  const contextOf = (id: string) => contextOnRecord(known, id);
  return {
    queues: (agent) => openTo(agent, dispatch, fleet),
    // Connected again, and not told yet what has changed: the store may have lost what is known here.
    holder: (id) => (projection.binding.isCurrent ? (contextOf(id)?.binding ?? null) : null),
    generation: (id) =>
      projection.desired.isCurrent ? (projection.desired.get(id)?.generation ?? 0) : 0,
    purged: (ids) => purgedAmong(ids, projection.desired, stores.desired),
    epochs: async (ids) => {
      // A record that is behind would let a stale agent in, so all that was written is waited for.
      if (!(await current())) return null;
      return ids.flatMap((id) => {
        const written = projection.binding.get(id)?.context.lastEpoch ?? 0;
        const epoch = Math.max(written, owner.host.context(id)?.lastEpoch ?? 0);
        return epoch > 0 ? [{ loadBalancer: id, epoch }] : [];
      });
    },
    moved: (ids, agent) => movedAway(ids, agent, { fleet, contextOf, current }),
  };
}
