import type { CheckerKind } from './checker.ts';

/** How long a run goes on after that, so that its sums say how long it lasted: longer than any lease. */
const measuredMs = 12_000;

/** A load balancer is never served at two places. */
export const oneServerPerVip: CheckerKind = {
  name: 'one-server-per-vip',
  start: ({ world, violateAndMeasure }) => {
    let isViolated = false;
    return {
      onEvent(event) {
        if (isViolated) return;
        if (event.type !== 'served' || event.agent === null) return;
        const servers = world.traffic.servers(event.loadBalancer);
        if (servers.length < 2) return;
        const words = servers.map(({ place, agent }) => `${place}, as ${agent} configured it`);
        isViolated = true;
        const message = `it is served by ${words.join(', and by ')}`;
        violateAndMeasure(message, event.loadBalancer, measuredMs);
      },
    };
  },
};
