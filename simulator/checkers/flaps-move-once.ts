import { seatsOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

/** What the network and the judge's own pace may add to a silence. */
const slackMs = 100;

interface Outage {
  readonly fromMs: number;
  untilMs: number;
}

/**
 * Where agents only stand still: a load balancer changes its holder at most once for each time that
 * was long enough for a verdict, and not at all for shorter ones.
 */
export const flapsMoveOnce: CheckerKind = {
  name: 'flaps-move-once',
  start({ world, violate }) {
    const { deadAfterMs, heartbeatMs } = world.options.timings;
    // The last heartbeat may have been sent up to one interval before.
    const longMs = deadAfterMs - heartbeatMs - slackMs;
    const outages: Outage[] = [];
    const holders = new Map<string, string>();
    const moves = new Map<string, number>();
    return {
      onEvent(event, atMs) {
        if (event.type === 'fault' && event.kind === 'agent-pause') {
          const last = outages.at(-1);
          if (event.phase === 'begins') {
            outages.push({ fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
          } else if (last !== undefined) last.untilMs = atMs;
        }
        if (event.type !== 'stored' || event.bucket !== 'binding') return;
        const { change } = event;
        if (change.type !== 'put') return;
        const { binding } = seatsOf(change.value);
        if (binding === null) return;
        const { key } = change;
        const holder = `${binding.agent} ${binding.incarnation}`;
        const before = holders.get(key);
        holders.set(key, holder);
        if (before === undefined || before === holder) return;
        const count = (moves.get(key) ?? 0) + 1;
        moves.set(key, count);
        const long = outages.filter(
          ({ fromMs, untilMs }) => Math.min(untilMs, atMs) - fromMs >= longMs,
        ).length;
        if (count <= long) return;
        violate(`it moved ${count} times, and only ${long} outages were long enough for that`, key);
      },
    };
  },
};
