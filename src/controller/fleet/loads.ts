import type { ForeignSeats } from './foreign-seats.ts';
import type { SeatIndex } from './seat-index.ts';

/** How many load balancers each agent, and each device, holds: in the whole deployment. */
export class Loads {
  readonly #own: SeatIndex;
  readonly #foreign: ForeignSeats;

  constructor(own: SeatIndex, foreign: ForeignSeats) {
    this.#own = own;
    this.#foreign = foreign;
  }

  bound(agent: string): number {
    return this.#own.load(agent) + this.#foreign.bound(agent);
  }

  standby(agent: string): number {
    return this.#own.standbyLoad(agent) + this.#foreign.standby(agent);
  }

  onDevice(device: string): number {
    return this.#own.onDevice(device) + this.#foreign.onDevice(device);
  }
}
