import { networkPartition } from '../faults/network-partition.ts';
import { watchBlind } from '../faults/watch-blind.ts';
import { leasedWorld } from './leased-world.ts';

/**
 * A controller and some agents hear each other and nobody else, and the controller's watches tell it nothing: it
 * judges its agents although others have long taken its shards.
 */
export const deafJudgesScenario = leasedWorld({
  name: 'deaf-judges',
  summary: 'a judge that others take for dead goes on hearing its agents, and does not hear of it',
  promise: 'Nobody is served twice: the judge stops giving leases before others tell of their end.',
  untilMs: 48_000,
  faults: (draws, { ids, controllerIds }) => {
    const deaf = draws.pick(controllerIds);
    const side = [deaf, ...draws.shuffled(ids).slice(0, 3)].join(' ');
    const when = { atMs: 8_000 + draws.between(0, 5_000), forMs: 30_000 };
    return [
      { kind: networkPartition.name, ...when, target: side, variant: 'both ways' },
      { kind: watchBlind.name, ...when, target: deaf, variant: 'all' },
    ];
  },
});
