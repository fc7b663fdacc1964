import type { CheckerKind } from './checker.ts';

/** A device never replaces a load balancer's content by an older generation of it. */
export const contentNeverGoesBack: CheckerKind = {
  name: 'content-never-goes-back',
  start({ violate }) {
    const newest = new Map<string, number>();
    return {
      onEvent(event) {
        if (event.type !== 'device' || event.entry.kind !== 'applied') return;
        const { lb, generation, agent } = event.entry;
        const known = newest.get(lb) ?? 0;
        if (generation < known) {
          violate(
            `${agent} wrote generation ${generation} over generation ${known} on the device`,
            lb,
          );
        } else newest.set(lb, generation);
      },
    };
  },
};
