import type { CheckerKind } from './checker.ts';

/** A load balancer is never served at two places. */
export const oneServerPerVip: CheckerKind = {
  name: 'one-server-per-vip',
  start: ({ world, violate }) => ({
    onEvent(event) {
      if (event.type !== 'served' || event.agent === null) return;
      const servers = world.traffic.servers(event.loadBalancer);
      if (servers.length < 2) return;
      const words = servers.map(({ place, agent }) => `${place}, as ${agent} configured it`);
      violate(`it is served by ${words.join(', and by ')}`, event.loadBalancer);
    },
  }),
};
