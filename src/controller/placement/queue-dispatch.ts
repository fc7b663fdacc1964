import { waitsInQueue } from '../../../machines/load-balancer/changes.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Take, TakeReply } from '../../../machines/protocol/agent-messages.ts';
import { driverOf } from '../../../machines/protocol/device-name.ts';
import { backoffMs } from '../../../machines/timings/backoff.ts';
import { takeTimeoutMs, type Timings } from '../../../machines/timings/timings.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import { inSlices } from '../../host/slices.ts';
import { StoreUnavailable, UnknownOutcome } from '../../ports/store.ts';
import type { QueueName, WorkQueues } from '../../ports/work-queue.ts';
import type { FleetView } from '../fleet/fleet-view.ts';
import type { SeatIndex } from '../fleet/seat-index.ts';
import { takesNothing } from './dispatch.ts';
import { isKnown } from './known-offers.ts';
import type { Newcomers } from './newcomers.ts';
import type { Placer } from './placer.ts';

export interface QueueDispatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'retryMs' | 'retryMaxMs' | 'ticketMs' | 'ackTimeoutMs'>;
  readonly queues: WorkQueues;
  readonly fleet: FleetView;
  readonly seats: SeatIndex;
  readonly placer: Placer;
  readonly newcomers: Pick<Newcomers, 'has'>;
  readonly host: () => ActorHost<LoadBalancerContext, LoadBalancerEvent>;
}

type Offer = LoadBalancerEvent & { type: 'place' };

interface Waiting {
  readonly queue: QueueName;
  timer: Timer | null;
  attempt: number;
  /** Since when its ticket has been seen with an agent that has not asked what is to be done; null where it was not. */
  silentSinceMs: number | null;
  /** When an agent has last asked. */
  askedMs: number;
  /** Whose death it is put in for; null where nobody had its ticket, or he lives. */
  readonly dead: Given | null;
  /** The epoch under which it has last had a seat; above it, its waiting begins anew. */
  readonly lastEpoch: number;
  /** Has an agent died since it was looked at that may have its ticket, and never said so? */
  mayBeLost: boolean;
}

interface Given {
  readonly agent: string;
  readonly incarnation: number;
}

/** Is there anything that its device does not have yet? */
const hasWork = ({ generation, appliedGeneration, status }: LoadBalancerContext): boolean =>
  generation > appliedGeneration || status === 'deleting';

/**
 * Lets agents take load balancers from the queues of their devices, instead of choosing one: who waits for
 * a seat is offered to all at once, and bound to the first that is free. A ticket says only whose turn it
 * is. What there is to do is asked for when it is taken, so that it is the newest, and the record says
 * who does it: a ticket that comes twice, or late, finds that somebody has it already.
 */
export class QueueDispatch {
  readonly #options: QueueDispatchOptions;
  readonly #waiting = new Map<string, Waiting>();
  /** Who took the newest ticket of each, as far as this controller has seen. */
  readonly #given = new Map<string, Given>();

  constructor(options: QueueDispatchOptions) {
    this.#options = options;
  }

  stop(): void {
    for (const id of [...this.#waiting.keys()]) this.forget(id);
  }

  forget(id: string): void {
    this.#rest(id);
    this.#given.delete(id);
  }

  /** It wants a seat, and these could give it one. */
  offer(id: string, context: LoadBalancerContext, offer: Offer): void {
    const { fleet } = this.#options;
    const host = this.#options.host();
    const [first, ...others] = offer.candidates;
    // Nobody can take it; or only its holder, to whom nothing new is to come, and who takes nothing from queues any more.
    if (first === undefined || (others.length === 0 && takesNothing(first.agent, fleet))) {
      this.#rest(id);
      if (!isKnown(context, offer)) host.tell(id, offer);
      return;
    }
    // It is back under a new incarnation, or is not left any more, with nothing to do: nothing has to move (R10).
    if (first.agent === context.binding?.agent && !hasWork(context)) {
      this.#rest(id);
      host.tell(id, { ...offer, candidates: [first] });
      return;
    }
    if (context.reason !== waitsInQueue) {
      host.tell(id, { ...offer, candidates: [], standbyReady: false, reason: waitsInQueue });
    }
    const queue = { driver: driverOf(first.device), device: first.device };
    const known = this.#waiting.get(id);
    const { lastEpoch } = context;
    if (known?.queue.device !== first.device || known.lastEpoch !== lastEpoch) {
      this.#enqueue(id, { queue, lastEpoch });
    } else if (this.#dead(id) !== null && this.#dead(id) !== known.dead) {
      this.#enqueue(id, known);
    }
  }

  /**
   * An agent is dead. Its queues would give its tickets to others only after `ticketMs`, and which it had that it
   * has not said, nobody knows: of all that wait for its devices, those are put anew whose ticket somebody has.
   */
  agentLost(agent: string): void {
    const { clock, fleet } = this.#options;
    const devices = fleet.current(agent)?.description?.devices ?? [];
    const ids = devices.flatMap(({ device }) => this.#waitingFor(device));
    inSlices(clock, ids, (id) => {
      const waiting = this.#waiting.get(id);
      // Many may die at once.
      if (waiting?.mayBeLost === false) this.#enqueue(id, { ...waiting, mayBeLost: true });
    });
  }

  #waitingFor(device: string): readonly string[] {
    return [...this.#waiting].filter(([, { queue }]) => queue.device === device).map(([id]) => id);
  }

  /** An agent has taken its ticket. */
  async take({ loadBalancer: id, agent, incarnation, device }: Take): Promise<TakeReply> {
    const { seats, placer, fleet, newcomers, clock } = this.#options;
    const host = this.#options.host();
    const context = host.context(id);
    if (context === null || !seats.isSeeking(id)) return { type: 'nothing' };
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.silentSinceMs = null;
      waiting.askedMs = clock.monotonicMs();
    }
    // Its ticket may be older than this controller's knowledge of it.
    if (newcomers.has(id)) {
      return { type: 'refused', reason: 'whoever holds it may not have said so yet' };
    }
    if (!fleet.isAlive(agent, incarnation)) {
      return { type: 'refused', reason: `agent ${agent} is not known to be alive` };
    }
    const offer = placer.taken(id, context, agent, device);
    if (typeof offer === 'string') return { type: 'refused', reason: `${agent} ${offer}` };
    await host.ask(id, offer);
    const seat = host.context(id)?.binding ?? null;
    const isBound = seat?.agent === agent && seat.incarnation === incarnation;
    if (!isBound || seats.isSeeking(id)) return { type: 'nothing' };
    this.#rest(id);
    // It stays as it is with its holder, and no command follows.
    if (seat.epoch === context.binding?.epoch) return { type: 'nothing' };
    this.#given.set(id, { agent, incarnation });
    return { type: 'given', epoch: seat.epoch };
  }

  /** Whoever took its ticket, where he has ended since; the queue would find that out late. */
  #dead(id: string): Given | null {
    const given = this.#given.get(id);
    if (given === undefined) return null;
    return this.#options.fleet.verdictOn(given.agent, given.incarnation) === null ? null : given;
  }

  /** `before` is how it has waited until now, if it has. */
  #enqueue(id: string, before: Partial<Waiting> & Pick<Waiting, 'queue' | 'lastEpoch'>): void {
    this.#rest(id);
    const { queue, lastEpoch, attempt = 0, mayBeLost = false } = before;
    const waiting: Waiting = {
      queue,
      timer: null,
      attempt,
      silentSinceMs: null,
      askedMs: before.askedMs ?? Number.NEGATIVE_INFINITY,
      dead: this.#dead(id),
      lastEpoch,
      mayBeLost,
    };
    this.#waiting.set(id, waiting);
    this.#put(id, waiting);
  }

  #put(id: string, waiting: Waiting): void {
    const given = this.#given.get(id);
    this.#offered(id, waiting, given)
      .catch((error: unknown) => {
        waiting.silentSinceMs = null;
        // It may be a new ticket that is there, and whoever had the one before says nothing of that.
        if (error instanceof UnknownOutcome) this.#forgetGiven(id, given);
        const isPassing = error instanceof StoreUnavailable || error instanceof UnknownOutcome;
        const { log } = this.#options;
        if (isPassing) log.debug({ loadBalancer: id, error: String(error) }, 'no ticket yet');
        else
          log.error({ loadBalancer: id, err: error }, 'a load balancer was not put into its queue');
      })
      .finally(() => {
        if (this.#waiting.get(id) === waiting) this.#again(id, waiting);
      });
  }

  async #offered(id: string, waiting: Waiting, given: Given | undefined): Promise<void> {
    const { queues } = this.#options;
    const { queue, attempt } = waiting;
    if (this.#dead(id) !== null) {
      // Should nobody know what came of the next words, it still is.
      waiting.mayBeLost = true;
      await this.#putAnew(id, waiting, given);
      waiting.mayBeLost = false;
      return;
    }
    const isFirst = attempt === 0 && !waiting.mayBeLost;
    const where = isFirst ? 'nowhere' : await queues.whereIs(queue, id);
    if (where === 'nowhere') {
      // Whoever took the one before has ended that.
      if ((await queues.offer(queue, id)) === 'offered') this.#forgetGiven(id, given);
    } else if (where === 'waiting') {
      waiting.silentSinceMs = null;
      this.#forgetGiven(id, given);
    } else if (this.#given.has(id)) {
      // He works on it.
      waiting.silentSinceMs = null;
    } else if (waiting.mayBeLost ? !this.#isPutOff(waiting) : await this.#isSilent(waiting)) {
      await this.#putAnew(id, waiting, given);
    }
    waiting.mayBeLost = false;
  }

  async #putAnew(id: string, waiting: Waiting, given: Given | undefined): Promise<void> {
    const { queues } = this.#options;
    const { queue } = waiting;
    // Somebody who lives may have taken the ticket meanwhile.
    if (this.#waiting.get(id) !== waiting) return;
    await queues.withdraw(queue, id);
    if (this.#waiting.get(id) !== waiting) return;
    this.#forgetGiven(id, given);
    waiting.silentSinceMs = null;
    await queues.offer(queue, id);
  }

  /** Unless somebody else was given it meanwhile. */
  #forgetGiven(id: string, given: Given | undefined): void {
    if (this.#given.get(id) === given) this.#given.delete(id);
  }

  /**
   * Does somebody have its ticket who should have asked by now what is to be done, while another one is free? An agent
   * that hangs is given one if it had asked for it before, and so is one whose death is known, until its last question
   * ends. Where nobody is free, it would lose its place for nothing.
   */
  async #isSilent(waiting: Waiting): Promise<boolean> {
    const { queues, clock, timings } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#isPutOff(waiting)) {
      waiting.silentSinceMs = null;
      return false;
    }
    waiting.silentSinceMs ??= nowMs;
    const isLong = nowMs - waiting.silentSinceMs >= takeTimeoutMs(timings);
    return isLong && (await queues.look(waiting.queue)).idle > 0;
  }

  /** Whoever is refused puts it off, and it comes back by itself. */
  #isPutOff({ askedMs }: Waiting): boolean {
    const { clock, timings } = this.#options;
    return clock.monotonicMs() < askedMs + timings.retryMaxMs;
  }

  /** Until it has a seat: a ticket may be lost, or may have been ending when it was offered again. */
  #again(id: string, waiting: Waiting): void {
    const { clock, timings, seats } = this.#options;
    const { silentSinceMs, attempt } = waiting;
    const backMs = backoffMs(attempt, timings.retryMs, timings.ticketMs);
    const untilMs = silentSinceMs === null ? 0 : silentSinceMs + takeTimeoutMs(timings);
    const leftMs = untilMs - clock.monotonicMs();
    const waitMs = leftMs > 0 ? Math.min(leftMs, backMs) : backMs;
    waiting.attempt += 1;
    waiting.timer = clock.setTimer(waitMs, () => {
      waiting.timer = null;
      if (seats.isSeeking(id)) this.#put(id, waiting);
      else this.#waiting.delete(id);
    });
  }

  #rest(id: string): void {
    const timer = this.#waiting.get(id)?.timer ?? null;
    if (timer !== null) this.#options.clock.clearTimer(timer);
    this.#waiting.delete(id);
  }
}
