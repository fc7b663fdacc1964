import type { Disturbance } from '../world/disturbance.ts';
import type { World } from '../world/world.ts';
import type { Fault, FaultKind } from './fault.ts';

/** The course of a kind of fault that disturbs the network for as long as it lasts. */
export function disturbing(
  disturbance: (world: World, fault: Fault) => Disturbance,
): Pick<FaultKind, 'start' | 'stop' | 'heal'> {
  return {
    start: (world, fault) =>
      world.network.impose(fault, disturbance(world, fault), fault.forMs === null),
    stop: (world, fault) => world.network.lift(fault),
    heal: (world) => world.network.heal(),
  };
}
