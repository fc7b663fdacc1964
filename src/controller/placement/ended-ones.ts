import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';

/**
 * Which incarnations of an agent are over for this load balancer, where `last` is: also an earlier one
 * that it names. The store may have lost that one's record, so that no verdict will ever name it.
 */
export function endedOnes(
  context: LoadBalancerContext | null,
  agent: string,
  last: number,
): ReadonlySet<number> {
  const named = [context?.binding, context?.standby].flatMap((seat) =>
    seat?.agent === agent && seat.incarnation < last ? seat.incarnation : [],
  );
  return new Set([...named, last]);
}
