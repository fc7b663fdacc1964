import type { Random } from '../ports/random.ts';
import { chance } from './chance.ts';
import { leastLoaded } from './least-loaded.ts';
import { rendezvous } from './rendezvous.ts';
import type { Strategy } from './strategy.ts';

/** The strategies by their names in the configuration. */
export const strategyNames = ['rendezvous', 'least-loaded', 'chance'] as const;
export type StrategyName = (typeof strategyNames)[number];

export function strategyOf(name: StrategyName, random: Random): Strategy {
  return { rendezvous, 'least-loaded': leastLoaded, chance: chance(random) }[name];
}
