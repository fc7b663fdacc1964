import { Awakenings } from '../evidence/awakenings.ts';
import type { Service } from '../world/traffic.ts';
import { kernelLatenessMs } from '../world/world.ts';
import type { SharedCheckerKind } from './checker.ts';

/** How long a run goes on after that, so that its sums say how long it lasted: longer than any lease. */
const measuredMs = 12_000;

/**
 * A load balancer is never served at two places. But for a leased address on a host that was suspended together
 * with its clock: its agent believes for as long as a lease that it still has its own, and nothing on that host
 * knows better (R16). That is measured, and judged where it lasts longer than that.
 */
export const oneServerPerVip: SharedCheckerKind = {
  name: 'one-server-per-vip',
  excuses: true,
  start({ world, judges, violateAndMeasure }) {
    const dazedMs = world.options.timings.leaseMs + kernelLatenessMs[1];
    const awakenings = new Awakenings();
    /** What is excused, and until when. */
    const excused = new Map<string, number>();
    let isViolated = false;

    const excusedUntil = ({ place, agent }: Service): number => {
      const isLeased = world.place(place).kernel !== null;
      return isLeased ? awakenings.wokeMs(agent) + dazedMs : Number.NEGATIVE_INFINITY;
    };
    const look = (loadBalancer: string, atMs: number): void => {
      const servers = world.traffic.servers(loadBalancer);
      const isTwice = servers.length > 1;
      const untilMs = Math.max(...servers.map(excusedUntil));
      const isExcused = isTwice && atMs <= untilMs;
      if (isExcused) excused.set(loadBalancer, untilMs);
      else excused.delete(loadBalancer);
      if (!judges(isExcused) || !isTwice) return;
      const words = servers.map(({ place, agent }) => `${place}, as ${agent} configured it`);
      isViolated = true;
      const message = `it is served by ${words.join(', and by ')}`;
      violateAndMeasure(message, loadBalancer, measuredMs);
    };

    return {
      onEvent(event, atMs) {
        if (isViolated) return;
        awakenings.note(event, atMs);
        for (const [id, untilMs] of excused) if (atMs > untilMs && !isViolated) look(id, atMs);
        if (isViolated || event.type !== 'served' || event.agent === null) return;
        look(event.loadBalancer, atMs);
      },
    };
  },
};
