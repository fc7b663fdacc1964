import type { CheckerKind } from './checker.ts';

/** After healing and quiet, every load balancer has a standby, where there is more than one agent. */
export const standbyAtTheEnd: CheckerKind = {
  name: 'standby-at-the-end',
  start: ({ world, core, violate }) => ({
    atEnd() {
      if (core().length < 2) return;
      for (const {
        document,
        deleting,
        binding,
        standby,
      } of world.controller.loadBalancers.list()) {
        if (deleting || binding === null) continue;
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
