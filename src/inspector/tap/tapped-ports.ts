import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Bus } from '../../ports/bus.ts';
import type { ActorSource } from './actor-source.ts';
import type { Noting } from './noting.ts';
import { tappedBus } from './tapped-bus.ts';
import { tappedLog } from './tapped-log.ts';

/** Where taps note what they see, and say which actors there are. */
export type NotingActors = Noting & { add(source: ActorSource): void };

interface Ports {
  readonly bus: Bus;
  readonly log: Log;
  readonly clock: Clock;
}

/** The same ports, of which the tap is told: messages, and troubles. */
export const tappedPorts = (
  { bus, log, clock }: Ports,
  noting: Noting,
): Pick<Ports, 'bus' | 'log'> => ({
  bus: tappedBus(bus, noting, clock),
  log: tappedLog(log, noting),
});
