import type { CheckerKind } from './checker.ts';
import { untruths } from './statuses-tell-the-truth.ts';

/** Longer than an agent waits before it tells of a load balancer again, and a message takes. */
const limitMs = 1_000;

/** Where nothing else is wrong: soon after servers go or come, each controller shows it. */
export const healthInTime: CheckerKind = {
  name: 'health-in-time',
  start({ world, controllers, violate }) {
    let dueMs = Number.POSITIVE_INFINITY;
    return {
      onEvent(event, atMs) {
        if (event.type === 'fault' && event.kind === 'member-failure') dueMs = atMs + limitMs;
        if (atMs < dueMs) return;
        dueMs = Number.POSITIVE_INFINITY;
        for (const { problem, id } of untruths(world, controllers())) {
          violate(`${limitMs} ms after its servers had changed, ${problem}`, id);
        }
      },
    };
  },
};
