import { virtualDescriptor } from '../world/places.ts';
import type { CheckerKind } from './checker.ts';

/** After healing and quiet, every load balancer has a standby, where there is more than one agent. */
export const standbyAtTheEnd: CheckerKind = {
  name: 'standby-at-the-end',
  start: ({ world, core, controllers, violate }) => ({
    atEnd() {
      const views = controllers().flatMap((each) => each.loadBalancers.list());
      for (const { document, deleting, binding, standby } of views) {
        if (deleting || binding === null) continue;
        const others = core().filter((id) => id !== binding.agent);
        const movable = virtualDescriptor(document.provider)?.reschedulable === true;
        const host = world.hostOf(binding.agent);
        if (!others.some((id) => movable || world.hostOf(id) === host)) continue;
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
