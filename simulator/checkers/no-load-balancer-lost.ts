import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** Whatever was created and acknowledged is there until somebody asks to delete it. */
export const noLoadBalancerLost: CheckerKind = {
  name: 'no-load-balancer-lost',
  start: ({ world, ledger, controllers, violate }) => ({
    onEvent(event) {
      if (event.type === 'stored' && event.bucket === 'desired') {
        const { change } = event;
        const lost = change.type === 'removed' && ledger.get(change.key)?.deleted === null;
        if (lost) violate('its record was removed, and nobody had asked for that', change.key);
      }
      if (event.type === 'client' && event.outcome === 'refused' && event.request !== 'create') {
        const { loadBalancer, request, detail } = event;
        const entry = ledger.get(loadBalancer);
        const first = request === 'edit' ? entry?.deleted === null : true;
        if (entry?.created === 'acknowledged' && first && detail.startsWith('404')) {
          violate(`${request} was answered by ${detail}, although it exists`, loadBalancer);
        }
      }
    },
    atEnd() {
      const records = new Map(
        world.stores.desired.snapshot().map(({ key, value }) => [key, desiredOf(value)]),
      );
      for (const { document } of ledger.entries()) {
        if (!ledger.mustLive(document.id)) continue;
        const record = records.get(document.id);
        if (record === undefined) violate('it was acknowledged and has no record', document.id);
        else if (record.status !== 'live') violate('it is being deleted', document.id);
        else if (controllers().some((each) => each.loadBalancers.get(document.id) === null)) {
          violate('it has a record, and not every controller shows it', document.id);
        }
      }
    },
  }),
};
