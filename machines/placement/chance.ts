import type { Random } from '../ports/random.ts';
import { byScore, type Strategy } from './strategy.ts';

/** Anybody who can, as OpenStack's ChanceScheduler chose: even for many, uneven for few. */
export const chance =
  (random: Random): Strategy =>
  (fit) =>
    byScore(fit, () => random.next());
