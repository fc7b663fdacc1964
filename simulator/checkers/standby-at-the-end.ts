import { capableAgents } from '../evidence/capable-agents.ts';
import { isDrivenUnderLease } from '../world/places.ts';
import { isQueued } from '../world/virtual-controller.ts';
import type { CheckerKind } from './checker.ts';

/**
 * After healing and quiet, every load balancer has a standby, where there is more than one agent; what is
 * leased has none, because nobody could start before the lease has lapsed, and what is queued is for anybody.
 */
export const standbyAtTheEnd: CheckerKind = {
  name: 'standby-at-the-end',
  start: ({ world, core, controllers, violate }) => ({
    atEnd() {
      const views = controllers().flatMap((each) => each.loadBalancers.list());
      for (const { document, deleting, binding, standby } of views) {
        if (deleting || binding === null) continue;
        if (isDrivenUnderLease(document.provider)) {
          if (standby !== null) violate('it is leased, and has a standby', document.id);
          continue;
        }
        if (isQueued(world, document.provider)) {
          if (standby !== null) violate('it is queued, and has a standby', document.id);
          continue;
        }
        const capable = capableAgents(world, core(), { document, binding });
        if (!capable.some((id) => id !== binding.agent)) continue;
        if (standby === null) violate('it has no standby, although agents are free', document.id);
        else if (!core().includes(standby.agent)) {
          violate(`its standby is ${standby.agent}, which is broken`, document.id);
        } else if (world.agent(standby.agent)?.incarnation !== standby.incarnation) {
          violate(
            `its standby is incarnation ${standby.incarnation} of ${standby.agent}, which is over`,
            document.id,
          );
        }
      }
    },
  }),
};
