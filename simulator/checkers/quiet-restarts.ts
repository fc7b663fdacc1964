import { seatsOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/**
 * Where only the NATS server is restarted: no agent died, so no load balancer changes its holder. An
 * agent whose lease ended meanwhile is still there, and nobody could have declared it dead.
 */
export const quietRestarts: CheckerKind = {
  name: 'quiet-restarts',
  start({ violate }) {
    const holders = new Map<string, string>();
    return {
      onEvent(event) {
        if (event.type !== 'stored' || event.bucket !== 'binding') return;
        const { change } = event;
        if (change.type === 'removed') return;
        const { binding } = seatsOf(change.value);
        if (binding === null) return;
        const before = holders.get(change.key);
        holders.set(change.key, binding.agent);
        if (before === undefined || before === binding.agent) return;
        violate(`it moved from ${before} to ${binding.agent}, and no agent has died`, change.key);
      },
    };
  },
};
