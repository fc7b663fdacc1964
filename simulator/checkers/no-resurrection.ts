import type { CheckerKind } from './checker.ts';

/** Nothing is applied for a load balancer after it was removed. */
export const noResurrection: CheckerKind = {
  name: 'no-resurrection',
  start({ violate }) {
    const removed = new Set<string>();
    return {
      onEvent(event) {
        if (event.type !== 'device') return;
        const { kind, lb, agent, epoch } = event.entry;
        if (kind === 'removed') removed.add(lb);
        else if (kind !== 'refused' && removed.has(lb)) {
          violate(`${agent} applied epoch ${epoch} after it was removed`, lb);
        }
      },
    };
  },
};
