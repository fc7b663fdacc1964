import { seatsOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/** How long a call that was under way when the last controller went may still take. */
const underWayMs = 1_000;

/**
 * From the moment when no controller is there, and also when they come back: no call changes a device,
 * and no load balancer gets another holder. Only for runs in which nothing else happens by then.
 */
export const silenceTouchesNothing: CheckerKind = {
  name: 'silence-touches-nothing',
  start({ world, violate }) {
    const gone = new Set<string>();
    const holders = new Map<string, string>();
    let silentMs = Number.POSITIVE_INFINITY;
    return {
      onEvent(event, atMs) {
        const isSilent = atMs > silentMs + underWayMs;
        if (event.type === 'fault') {
          if (event.phase === 'begins') gone.add(event.target);
          if (world.controllerIds().every((id) => gone.has(id))) {
            silentMs = Math.min(silentMs, atMs);
          }
        } else if (event.type === 'device' && isSilent) {
          const { agent, kind, lb, epoch } = event.entry;
          violate(`${agent} ${kind} epoch ${epoch} although no controller was there`, lb);
        } else if (event.type === 'stored' && event.bucket === 'binding') {
          const { key } = event.change;
          const { change } = event;
          const binding = change.type === 'put' ? seatsOf(change.value).binding : null;
          const holder = binding === null ? 'nobody' : `${binding.agent} as ${binding.epoch}`;
          const before = holders.get(key);
          holders.set(key, holder);
          if (isSilent && before !== undefined && before !== holder) {
            violate(`it was held by ${before}, and is by ${holder}, after a mere silence`, key);
          }
        }
      },
    };
  },
};
