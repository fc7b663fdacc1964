import type { WorkQueues } from '../../ports/work-queue.ts';
import type { FleetView } from '../fleet/fleet-view.ts';

/** Drivers whose load balancers agents take from queues; those of all others are given to agents by placement. */
export interface Dispatch {
  readonly queues: WorkQueues;
  readonly drivers: ReadonlySet<string>;
}

/** Is nothing new to come to it, so that it takes from no queue? */
export function takesNothing(agent: string, fleet: Pick<FleetView, 'current'>): boolean {
  return (fleet.current(agent)?.cordon ?? null) !== null;
}

/** From the queues of which drivers' devices this agent may take: of none where nothing is to come to it. */
export function openTo(
  agent: string,
  dispatch: Dispatch | undefined,
  fleet: Pick<FleetView, 'current'>,
): readonly string[] {
  if (dispatch === undefined || dispatch.drivers.size === 0) return [];
  const isAlive = fleet.current(agent)?.state === 'alive';
  return isAlive && !takesNothing(agent, fleet) ? [...dispatch.drivers] : [];
}
