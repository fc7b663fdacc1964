import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import { type Briefing, BriefingReply } from '../../../machines/protocol/agent-messages.ts';
import { type Seat, sameSeat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call } from '../../messaging/endpoint.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CommittedDocument } from '../records/desired-documents.ts';
import type { Pacer } from './pacer.ts';

/** So many briefings of a controller are under way at once, and one while any command is. */
export const briefingsInFlightMax = 16;

export interface BrieferOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'heartbeatMs' | 'commandTimeoutMs'>;
  readonly pacer: Pick<Pacer, 'isBusy'>;
  readonly desired: (id: string) => CommittedDocument | null;
  readonly committed: (id: string) => LoadBalancerContext | null;
}

/** Who was told of which write. */
interface Told {
  readonly seat: Seat;
  readonly write: string;
  /** Has it said so? */
  isKnown: boolean;
}

/**
 * Tells standbys ahead of time what they would be commanded, of committed revisions only, and once more when its
 * controller has taken their shard over. Nothing depends on it: what a standby does not know is sent with its command. So it
 * waits while there is anything else to do, and is tried once.
 */
export class Briefer {
  readonly #options: BrieferOptions;
  readonly #told = new Map<string, Told>();
  readonly #waiting = new Set<string>();
  #timer: Timer | null = null;

  constructor(options: BrieferOptions) {
    this.#options = options;
  }

  /** Its record was committed: perhaps another one stands by now, or for another document. */
  look(id: string): void {
    if (this.#due(id) === null) return;
    this.#waiting.add(id);
    if (this.#timer === null) this.#timer = this.#later();
  }

  /** Has this very seat's holder said that it knows this write's document? */
  isBriefed(id: string, seat: Seat, write: string): boolean {
    const told = this.#told.get(id);
    return told?.isKnown === true && sameSeat(told.seat, seat) && told.write === write;
  }

  forget(id: string): void {
    this.#told.delete(id);
    this.#waiting.delete(id);
  }

  #later(): Timer {
    const { clock, timings } = this.#options;
    return clock.setTimer(timings.heartbeatMs, () => {
      this.#work().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'standbys were not briefed');
      });
    });
  }

  async #work(): Promise<void> {
    const { pacer } = this.#options;
    let isBusy = false;
    while (this.#waiting.size > 0 && !isBusy) {
      isBusy = pacer.isBusy;
      const next = this.#next(isBusy ? 1 : briefingsInFlightMax);
      await Promise.all(next.map((id) => this.#brief(id)));
    }
    this.#timer = this.#waiting.size > 0 ? this.#later() : null;
  }

  #next(count: number): readonly string[] {
    const next: string[] = [];
    for (const id of this.#waiting) {
      next.push(id);
      this.#waiting.delete(id);
      if (next.length === count) break;
    }
    return next;
  }

  async #brief(id: string): Promise<void> {
    const due = this.#due(id);
    if (due === null) return;
    const { bus, log, timings } = this.#options;
    const { seat, briefing } = due;
    const told = { seat, write: briefing.write, isKnown: false };
    this.#told.set(id, told);
    try {
      const subject = subjects.down(seat.agent, 'briefing');
      await call(bus, subject, briefing, BriefingReply, timings.commandTimeoutMs);
      told.isKnown = true;
    } catch (error) {
      // One of an older version does not listen to briefings.
      const { agent } = seat;
      log.debug({ loadBalancer: id, agent, error: String(error) }, 'a standby was not briefed');
    }
  }

  /** What its standby is to be told, and has not been told yet. */
  #due(id: string): { readonly seat: Seat; readonly briefing: Briefing } | null {
    const seat = this.#options.committed(id)?.standby ?? null;
    const record = this.#options.desired(id)?.record ?? null;
    if (seat === null || record === null || record.status !== 'live') return null;
    const { write, document } = record;
    const told = this.#told.get(id);
    if (told !== undefined && sameSeat(told.seat, seat) && told.write === write) return null;
    return write === '' ? null : { seat, briefing: { loadBalancer: id, write, document } };
  }
}
