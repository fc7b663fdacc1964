import type { Seat } from '../../machines/protocol/seat.ts';
import { seatsOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/** A verdict takes two probes and the grace between them; a slow one, the silence of a lease. */
const slackMs = 1_000;

interface Seats {
  readonly binding: Seat | null;
  readonly standby: Seat | null;
}

/**
 * Where an agent dies while the stores have no leader: each of its load balancers that has a standby on
 * record is taken over by that one before there is a leader again.
 */
export const takeoversNeedNoLeader: CheckerKind = {
  name: 'takeovers-need-no-leader',
  start({ world, violate }) {
    const { deadAfterMs } = world.options.timings;
    const seats = new Map<string, Seats>();
    const deleting = new Set<string>();
    const waiting = new Map<string, Seat>();
    let hasLeader = true;
    let diedMs = Number.POSITIVE_INFINITY;
    return {
      onEvent(event, atMs) {
        if (event.type === 'stored' && event.bucket === 'binding') {
          const { change } = event;
          if (change.type === 'put') seats.set(change.key, seatsOf(change.value));
          else seats.delete(change.key);
        } else if (event.type === 'transition' && event.transition.to.startsWith('deleting')) {
          // Its removal may be under way to somebody else, or done.
          deleting.add(event.transition.id);
          waiting.delete(event.transition.id);
        } else if (event.type === 'device' && event.entry.kind !== 'refused') {
          const { lb, agent } = event.entry;
          if (waiting.get(lb)?.agent === agent) waiting.delete(lb);
        } else if (event.type === 'fault' && event.kind === 'store-leader-lost') {
          hasLeader = event.phase === 'ends';
          if (!hasLeader || atMs < diedMs + deadAfterMs + slackMs) return;
          for (const [id, { agent, epoch }] of waiting) {
            violate(
              `${agent} did not take it over as standby ${epoch} until the leader was back`,
              id,
            );
          }
          waiting.clear();
        } else if (event.type === 'fault' && event.kind === 'agent-crash') {
          if (event.phase === 'ends' || hasLeader) return;
          diedMs = atMs;
          for (const [id, { binding, standby }] of seats) {
            if (binding?.agent !== event.target || standby === null || deleting.has(id)) continue;
            waiting.set(id, standby);
          }
        }
      },
    };
  },
};
