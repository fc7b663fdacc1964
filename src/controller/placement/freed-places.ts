import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { ForeignSeats } from '../fleet/foreign-seats.ts';

/** How long what other controllers put on record is gathered until it is looked through. */
export const gatheredMs = 100;

export interface FreedPlacesOptions {
  readonly clock: Clock;
  readonly fleet: Pick<FleetView, 'limited'>;
  readonly foreign: Pick<ForeignSeats, 'note' | 'takeLeft'>;
  /** Somebody may be able to take one more. */
  readonly freed: () => void;
}

/** Notices where a place becomes free, at an agent or on a device that holds only so many load balancers. */
export class FreedPlaces {
  readonly #options: FreedPlacesOptions;
  #look: Timer | null = null;

  constructor(options: FreedPlacesOptions) {
    this.#options = options;
  }

  stop(): void {
    if (this.#look !== null) this.#options.clock.clearTimer(this.#look);
  }

  /** A load balancer of this controller goes on so; null where it is gone. */
  stepped(before: LoadBalancerContext | null, after: LoadBalancerContext | null): void {
    const agent = before?.binding?.agent;
    const device = before === null ? null : placedOn(before);
    const left = new Set<string>();
    if (agent !== undefined && agent !== after?.binding?.agent) left.add(agent);
    if (device !== null && (after === null || device !== placedOn(after))) left.add(device);
    if (this.#isFreed(left)) this.#options.freed();
  }

  /** Another controller has put this on record; null: it is gone, or no other's any more. */
  foreign(id: string, record: string | null): void {
    const { clock, fleet, foreign, freed } = this.#options;
    foreign.note(id, record);
    if (this.#look !== null || fleet.limited().size === 0) return;
    this.#look = clock.setTimer(gatheredMs, () => {
      this.#look = null;
      if (this.#isFreed(foreign.takeLeft())) freed();
    });
  }

  #isFreed(left: ReadonlySet<string>): boolean {
    if (left.size === 0) return false;
    const limited = this.#options.fleet.limited();
    return [...left].some((place) => limited.has(place));
  }
}
