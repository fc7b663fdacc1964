import { hash32 } from './hash.ts';
import { byScore, type Strategy } from './strategy.ts';

/**
 * Whoever holds the least comes first. Loads are as even as can be, but what a lost agent held is dealt
 * out by the moment, so that the same agents may end with other load balancers than before.
 */
export const leastLoaded: Strategy = (fit, { loadBalancer }) =>
  // Among equals by a hash, or all controllers would choose the same one at once.
  byScore(fit, ({ id }) => hash32(`${id}/${loadBalancer}`)).toSorted((a, b) => a.load - b.load);
