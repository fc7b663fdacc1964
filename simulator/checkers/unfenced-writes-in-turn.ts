import type { CheckerKind } from './checker.ts';
import { isEpochLost } from './lost-epochs.ts';

/**
 * Where the appliance refuses nobody, its agents keep each other apart by time (R11, R12): once one of them has
 * begun to write by its epoch, nobody begins to write by an older one.
 */
export const unfencedWritesInTurn: CheckerKind = {
  name: 'unfenced-writes-in-turn',
  start({ world, violate }) {
    const newest = new Map<string, { readonly epoch: number; readonly agent: string }>();
    return {
      onEvent(event) {
        if (event.type !== 'writing') return;
        const { place, agent, loadBalancer, epoch } = event;
        const known = newest.get(loadBalancer);
        if (known === undefined || epoch >= known.epoch) {
          newest.set(loadBalancer, { epoch, agent });
        } else if (!isEpochLost(world.losses, loadBalancer, known.epoch)) {
          violate(
            `${agent} began to write epoch ${epoch} to ${place}, although ${known.agent} had begun with epoch ${known.epoch}`,
            loadBalancer,
          );
        }
      },
    };
  },
};
