import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { type Bus, BusUnavailable } from '../../ports/bus.ts';
import type { FleetView } from './fleet-view.ts';

/** Tells an agent who holds a load balancer by its record, and where: whoever is older lets go. */
export function tellStanding(
  bus: Bus,
  id: string,
  agent: string,
  binding: Pick<Seat, 'agent' | 'epoch'>,
  host: string | undefined,
): void {
  const standing = { loadBalancer: id, epoch: binding.epoch, holder: binding.agent, host };
  try {
    bus.publish(subjects.down(agent, 'standing'), JSON.stringify(standing));
  } catch (error) {
    // Told again with the agent's next claim.
    if (!(error instanceof BusUnavailable)) throw error;
  }
}

/** Tells the agent that was replaced by the binding. */
export function tellReplaced(
  { bus, fleet }: { readonly bus: Bus; readonly fleet: Pick<FleetView, 'current'> },
  id: string,
  { replaced, binding }: Pick<LoadBalancerContext, 'replaced' | 'binding'>,
): void {
  if (replaced === null || binding === null) return;
  const host = fleet.current(binding.agent)?.description?.host;
  tellStanding(bus, id, replaced.agent, binding, host);
}
