import { Awakenings } from '../evidence/awakenings.ts';
import { isEpochLost } from '../evidence/lost-epochs.ts';
import type { CheckerKind } from './checker.ts';

/**
 * Where the appliance refuses nobody, its agents keep each other apart by time (R11, R12): once one of them has
 * begun to write by its epoch, nobody begins to write by an older one. But for one that was suspended together with
 * its clock, and believes for as long as a lease that it still has its own.
 */
export const unfencedWritesInTurn: CheckerKind = {
  name: 'unfenced-writes-in-turn',
  excuses: true,
  start({ world, judges, violate }) {
    const { leaseMs } = world.options.timings;
    const newest = new Map<string, { readonly epoch: number; readonly agent: string }>();
    const awakenings = new Awakenings();
    return {
      onEvent(event, atMs) {
        awakenings.note(event, atMs);
        if (event.type !== 'writing') return;
        const { place, agent, loadBalancer, epoch } = event;
        const known = newest.get(loadBalancer) ?? { epoch, agent };
        const isStale = epoch < known.epoch;
        if (!isStale) newest.set(loadBalancer, { epoch, agent });
        const isDazed = atMs - awakenings.wokeMs(agent) <= leaseMs;
        const isExcused = isDazed || isEpochLost(world.losses, loadBalancer, known.epoch);
        if (!judges(isStale && isExcused) || !isStale) return;
        violate(
          `${agent} began to write epoch ${epoch} to ${place}, although ${known.agent} had begun with epoch ${known.epoch}`,
          loadBalancer,
        );
      },
    };
  },
};
