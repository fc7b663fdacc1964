import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import type { Candidate, LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import { inSlices } from '../../host/slices.ts';
import type { HeadStart, Taken } from '../commands/head-start.ts';
import { CutOffs } from '../fleet/cut-offs.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { ForeignSeats } from '../fleet/foreign-seats.ts';
import type { SeatIndex } from '../fleet/seat-index.ts';
import { endedOnes } from './ended-ones.ts';
import { FreedPlaces } from './freed-places.ts';
import { isKnown } from './known-offers.ts';
import type { Newcomers } from './newcomers.ts';
import type { Placer } from './placer.ts';
import type { QueueDispatch } from './queue-dispatch.ts';

export interface SeatingOptions {
  readonly clock: Clock;
  readonly timings: Timings;
  readonly fleet: FleetView;
  readonly seats: SeatIndex;
  readonly foreign: ForeignSeats;
  readonly placer: Placer;
  /** Without it, nothing is queued. */
  readonly queue: QueueDispatch | null;
  readonly newcomers: Newcomers;
  readonly headStart: () => Pick<HeadStart, 'begin' | 'isGranted' | 'stop'>;
  readonly host: () => ActorHost<LoadBalancerContext, LoadBalancerEvent>;
}

const isHolderOf =
  ({ binding }: LoadBalancerContext) =>
  ({ agent }: Candidate): boolean =>
    agent === binding?.agent;

/**
 * How long a place has been free before it is offered to those who have a seat. In a fleet without room these may be all
 * load balancers, and then most places are gone at once to one that waits.
 */
export const betterSeatMs = 1_000;

/** How often everything is offered anew, whether or not anything was heard: a word that was missed keeps nobody waiting. */
export const offeredAnewMs = 10_000;

/** Tells load balancers what the coming and going of agents means for their seats. */
export class Seating {
  readonly #options: SeatingOptions;
  readonly #cutOffs: CutOffs;
  readonly freed: FreedPlaces;
  /** Runs from the moment that a place became free until it is offered to those who wait. */
  #offering: Timer | null = null;
  /** And until it is offered to all others. */
  #bettering: Timer | null = null;
  #offeredAtMs = 0;

  constructor(options: SeatingOptions) {
    this.#options = options;
    this.freed = new FreedPlaces({ ...options, freed: () => this.placesChanged() });
    this.#cutOffs = new CutOffs(options);
  }

  stop(): void {
    this.#options.headStart().stop();
    this.freed.stop();
    for (const timer of [this.#offering, this.#bettering]) {
      if (timer !== null) this.#options.clock.clearTimer(timer);
    }
  }

  /**
   * This incarnation of an agent is there. Told before those before it are lost, and of all at once: what is on record for them
   * may be offered in any order.
   */
  agentReturned(agent: string, incarnation: number): void {
    const { seats, newcomers } = this.#options;
    const host = this.#options.host();
    for (const id of [...seats.boundTo(agent), ...seats.standbyAt(agent)]) {
      const context = host.context(id);
      const isOnRecord = [context?.binding, context?.standby].some(
        (seat) => seat?.agent === agent && seat.incarnation < incarnation,
      );
      if (isOnRecord) newcomers.returned(id, agent);
    }
  }

  /** This incarnation is over, and all before it: its seats are taken first, then its standbys renamed. */
  agentLost(agent: string, last: number, verdict: string): void {
    const { clock, seats, headStart, queue } = this.#options;
    const host = this.#options.host();
    const at = clock.wallMs();
    queue?.agentLost(agent);
    const tell = (id: string, taken: Taken | null = null): void => {
      const standby = taken === null ? {} : { takenBy: taken.by };
      for (const incarnation of endedOnes(host.context(id), agent, last)) {
        host.tell(id, { type: 'agent.lost', agent, incarnation, verdict, at, ...standby });
      }
      if (taken !== null) host.tell(id, taken.outcome);
    };
    const lost = { agent, incarnation: last };
    const others = headStart().begin(seats.boundTo(agent), lost, tell);
    inSlices(clock, [...others, ...seats.standbyAt(agent)], (id) => tell(id));
  }

  /** For now or for good; what it reaches counts anew, should it live again. */
  agentNotAlive(): void {
    this.#cutOffs.look();
  }

  agentLeaving(agent: string, incarnation: number): void {
    const { seats } = this.#options;
    this.#leave([...seats.boundTo(agent), ...seats.standbyAt(agent)], agent, incarnation);
  }

  /** Somebody may now be able to take what waits: offered in the order of waiting. */
  fleetChanged(): void {
    const { clock, seats, fleet } = this.#options;
    inSlices(clock, seats.seekingInOrder(), (id) => this.offer(id));
    this.#offerBetter();
    // Whoever stands by there would be new to it when it takes over.
    for (const { id, incarnation } of fleet.cordoned()) {
      this.#leave(seats.standbyAt(id), id, incarnation);
    }
    for (const { id, incarnation } of fleet.flapping()) this.#replaceStandby(id, incarnation);
  }

  /** To those who have a seat: without a standby, at an agent that leaves, or at one that has lost the device. */
  #offerBetter(): void {
    const { clock, seats, fleet } = this.#options;
    inSlices(clock, seats.withoutStandby(), (id) => this.offer(id));
    for (const { id, incarnation } of fleet.leaving()) this.agentLeaving(id, incarnation);
    this.#devicesLost();
  }

  /** Whoever stands by where nobody else could, and flaps, is replaced once somebody else can. */
  #replaceStandby(agent: string, incarnation: number): void {
    const { clock, placer, seats } = this.#options;
    const host = this.#options.host();
    inSlices(clock, seats.standbyAt(agent), (id) => {
      const context = host.context(id);
      if (context === null || !placer.hasTrustedStandby(id, context)) return;
      host.tell(id, placer.leaving(id, context, agent, incarnation));
    });
  }

  /** The fleet has been heard for longer. */
  look(): void {
    if (this.#cutOffs.isDue) this.#devicesLost();
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#offeredAtMs < offeredAnewMs) return;
    this.#offeredAtMs = nowMs;
    this.placesChanged();
  }

  /** A place may have become free: offered to those who wait, then to others, once for all that came together. */
  placesChanged(): void {
    const { clock, seats } = this.#options;
    this.#offering ??= clock.setTimer(0, () => {
      this.#offering = null;
      inSlices(clock, seats.seekingInOrder(), (id) => this.offer(id));
    });
    this.#bettering ??= clock.setTimer(betterSeatMs, () => {
      this.#bettering = null;
      this.#offerBetter();
    });
  }

  offer(id: string): void {
    const { fleet, headStart, newcomers, placer, queue, seats } = this.#options;
    const host = this.#options.host();
    const context = host.context(id);
    // Without a driver the actor has not yet heard what is desired.
    if (context === null || context.driver === '') return;
    if (!seats.isSeeking(id) && !fleet.hasOthers(context.binding?.agent ?? '')) return;
    const offer = placer.offer(id, context, headStart().isGranted(id));
    if (context.queued && queue !== null) {
      if (seats.isSeeking(id) && !newcomers.has(id)) queue.offer(id, context, offer);
      return;
    }
    // Whoever has a holder, and nobody else who could stand by, has nothing to hear.
    const isHeld = !seats.isSeeking(id) && offer.candidates.every(isHolderOf(context));
    if (isHeld) return;
    if (isKnown(context, offer)) return;
    // To promote is to name nobody.
    if (offer.standbyReady || !newcomers.has(id)) host.tell(id, offer);
  }

  /** What a device holds goes to somebody who reaches it; what nobody reaches stays with its holder. */
  #devicesLost(): void {
    const { seats } = this.#options;
    const host = this.#options.host();
    for (const { id, incarnation, devices } of this.#cutOffs.due()) {
      const isCutOff = (one: string): boolean => {
        const context = host.context(one);
        return context !== null && devices.has(placedOn(context) ?? '');
      };
      const held = [...seats.boundTo(id), ...seats.standbyAt(id)];
      this.#leave(held.filter(isCutOff), id, incarnation);
    }
  }

  #leave(ids: readonly string[], agent: string, incarnation: number): void {
    const { clock, placer } = this.#options;
    const host = this.#options.host();
    inSlices(clock, ids, (id) => {
      const context = host.context(id);
      if (context !== null) host.tell(id, placer.leaving(id, context, agent, incarnation));
    });
  }
}
