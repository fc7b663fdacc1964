import { isDeepStrictEqual } from 'node:util';
import { type LoadBalancerContext, rejectedMax } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';

/** Does the offer say only that nobody can take it, in the words that are on record already? Then it need not be written again. */
export function isKnown(
  { reason, rejected }: Pick<LoadBalancerContext, 'reason' | 'rejected'>,
  offer: LoadBalancerEvent & { type: 'place' },
): boolean {
  if (offer.candidates.length > 0 || offer.standbyReady || offer.reason !== reason) return false;
  return isDeepStrictEqual(rejected, offer.rejected.slice(0, rejectedMax));
}
