import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { Moved } from '../../../machines/protocol/agent-messages.ts';
import type { FleetView } from './fleet-view.ts';

/**
 * On which host a load balancer lives, and since which epoch nobody may serve it on any other; null where it
 * can't have left its host, or somebody there may still be serving it: then that one is told to stop (R11).
 */
export function residenceOf(
  context: LoadBalancerContext,
  fleet: Pick<FleetView, 'claimants' | 'current'>,
): { readonly host: string; readonly epoch: number } | null {
  const { binding, status, reschedulable } = context;
  if (binding === null || status !== 'live' || !reschedulable) return null;
  // Those of devices that are on no host have none; a shadow that has not ended may be on any.
  const [holder, ...shadows] = fleet.claimants(context);
  const host = holder?.host ?? null;
  if (host === null || !shadows.every(({ ended }) => ended)) return null;
  // Another life of the holder's may have been on another host.
  if (fleet.current(binding.agent)?.incarnation !== binding.incarnation) return null;
  return { host, epoch: binding.epoch };
}

export interface MovedAwayOptions {
  readonly fleet: Pick<FleetView, 'claimants' | 'current'>;
  /** What is known committed of a load balancer. */
  readonly contextOf: (loadBalancer: string) => LoadBalancerContext | null;
  /** Resolves to true when all is known that was committed before. */
  readonly current: () => Promise<boolean>;
}

/** Of these, the ones that live on another host than this agent; null where that is not known for sure. */
export async function movedAway(
  ids: readonly string[],
  agent: string,
  { fleet, contextOf, current }: MovedAwayOptions,
): Promise<readonly Moved[] | null> {
  // What has come back meanwhile is left alone, also before its new holder has claimed its epoch there.
  if (!(await current())) return null;
  const host = fleet.current(agent)?.description?.host;
  if (host === undefined) return null;
  return ids.flatMap((loadBalancer) => {
    const context = contextOf(loadBalancer);
    const lives = context === null ? null : residenceOf(context, fleet);
    return lives === null || lives.host === host ? [] : [{ loadBalancer, ...lives }];
  });
}
