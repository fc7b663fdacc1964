import { hash32 } from './hash.ts';
import { byScore, type Strategy } from './strategy.ts';

/** The fullest agent may hold this much more than the mean before others are preferred. */
export const boundedLoadFactor = 1.25;

/**
 * Bounded-load rendezvous hashing: each load balancer ranks the agents by a hash of the pair, so
 * that a lost agent moves only its own; agents above 1.25 times the mean load come last, in the
 * order of their load. Sources: Thaler and Ravishankar 1998; Mirrokni, Thorup and Zadimoghaddam 2016.
 */
export const rendezvous: Strategy = (fit, { loadBalancer }) => {
  const total = fit.reduce((sum, agent) => sum + agent.load, 0);
  const bound = Math.ceil((boundedLoadFactor * (total + 1)) / Math.max(1, fit.length));
  const hashed = byScore(fit, ({ id }) => hash32(`${id}/${loadBalancer}`));
  const overfull = hashed.filter(({ load }) => load >= bound);
  return [
    ...hashed.filter(({ load }) => load < bound),
    ...overfull.toSorted((a, b) => a.load - b.load),
  ];
};
