import { desiredOf } from '../evidence/records.ts';
import type { SharedCheckerKind } from './checker.ts';

/**
 * Whatever was created and acknowledged is there until somebody asks to delete it, or until the store
 * itself loses the record of it. Where somebody has written that again, it is there for whoever asks from then on: a
 * question that was asked before may be answered by what was there when it was asked.
 */
export const noLoadBalancerLost: SharedCheckerKind = {
  name: 'no-load-balancer-lost',
  start({ world, ledger, controllers, violate }) {
    /** By load balancer, when the request was asked that was answered last. */
    const askedMs = new Map<string, number>();
    const noteAsked = (client: string, fromMs: number): void => {
      const name = ledger.ofClient(client)?.name;
      if (name !== undefined) askedMs.set(name, fromMs);
    };
    return {
      onEvent(event, atMs) {
        if (event.type === 'stored' && event.bucket === 'desired') {
          const { change } = event;
          const lost = change.type === 'removed' && ledger.get(change.key)?.deleted === null;
          if (lost) violate('its record was removed, and nobody had asked for that', change.key);
        }
        if (event.type === 'wire') noteAsked(event.client, event.askedMs);
        if (event.type !== 'client') return;
        const { loadBalancer, request, outcome, detail } = event;
        const missing =
          request === 'read'
            ? detail === 'gone'
            : outcome === 'refused' && detail.includes(`Load Balancer ${loadBalancer} not found`);
        const entry = ledger.get(loadBalancer);
        // Only who asks to delete it may be told that somebody has done so before.
        const live =
          request === 'delete' ? entry?.deletions.isRepeated !== true : entry?.deleted === null;
        if (!missing || !live || entry?.created !== 'acknowledged') return;
        const sinceMs = askedMs.get(entry.name) ?? atMs;
        if (!world.losses.ofCreationSince(loadBalancer, sinceMs)) {
          violate(`${request} was answered as if it did not exist`, loadBalancer);
        }
      },
      atEnd() {
        const records = new Map(
          world.stores.desired.snapshot().map(({ key, value }) => [key, desiredOf(value)]),
        );
        for (const { id } of ledger.entries()) {
          if (!ledger.mustLive(id)) continue;
          const record = records.get(id);
          if (record === undefined && world.losses.ofCreation(id)) continue;
          if (record === undefined) violate('it was acknowledged and has no record', id);
          else if (record.status !== 'live') violate('it is being deleted', id);
          else if (controllers().some((each) => each.loadBalancers.get(id) === null)) {
            violate('it has a record, and not every controller shows it', id);
          }
        }
      },
    };
  },
};
