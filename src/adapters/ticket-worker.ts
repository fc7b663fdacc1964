import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Ticket, Worker, WorkOptions } from '../ports/work-queue.ts';
import { HeldTicket } from './held-ticket.ts';
import {
  type Delivery,
  type LineListener,
  type OpenLine,
  pullSilenceMs,
  settleTimeoutMs,
  type TicketLine,
} from './ticket-line.ts';

/** Backoff of questions that the queue would not have: from, and at most. */
const retryMs = 100;
const retryMaxMs = 2_000;

export interface TicketWorkerOptions extends WorkOptions {
  readonly open: OpenLine;
  readonly take: (ticket: Ticket) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly takenMs: number;
}

/**
 * Takes tickets from a line, whatever the line is made of. One question stands while the worker is free,
 * and none while it is not. What comes although it is not free (the answer to a question that was taken for
 * lost) is given back at once.
 */
export class TicketWorker implements Worker, LineListener {
  readonly #options: TicketWorkerOptions;
  readonly #line: TicketLine;
  readonly #held = new Set<HeldTicket>();
  readonly #returning = new Set<Promise<void>>();
  /** The question that stands; null while none does. */
  #pull: number | null = null;
  #pulls = 0;
  #refusals = 0;
  #timer: Timer | null = null;
  #isStopping = false;
  #stopped: Promise<void> | null = null;

  constructor(options: TicketWorkerOptions) {
    const { atOnce, takenMs } = options;
    if (!Number.isInteger(atOnce) || atOnce < 1) {
      throw new Error(`a worker takes at least one ticket at once, not ${atOnce}`);
    }
    if (!(takenMs > 0)) throw new Error(`a ticket is taken for some time, not for ${takenMs} ms`);
    this.#options = options;
    this.#line = options.open(this);
    this.#ask();
  }

  stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  ticket(delivery: Delivery): void {
    // Which question it answers can't be told; one that still stands may bring one ticket too many.
    this.#noQuestion();
    this.#refusals = 0;
    if (this.#isStopping || !this.#isFree) {
      this.#giveBack(delivery);
      return;
    }
    const { clock, takenMs, take } = this.#options;
    const ticket = new HeldTicket({
      delivery,
      line: this.#line,
      clock,
      takenMs,
      onEnd: (ended) => {
        this.#held.delete(ended);
        this.#ask();
      },
    });
    this.#held.add(ticket);
    this.#ask();
    take(ticket);
  }

  alive(pull: number): void {
    if (pull !== this.#pull) return;
    this.#refusals = 0;
    this.#awaitAnswer();
  }

  ended(pull: number, why: 'expired' | 'refused'): void {
    if (pull !== this.#pull) return;
    this.#noQuestion();
    if (why === 'expired') {
      this.#ask();
      return;
    }
    const waitMs = backoffMs(this.#refusals, retryMs, retryMaxMs);
    this.#refusals += 1;
    this.#arm(waitMs, () => this.#ask());
  }

  connected(): void {
    this.#noQuestion();
    for (const ticket of this.#held) ticket.prolong();
    this.#ask();
  }

  get #isFree(): boolean {
    return this.#held.size < this.#options.atOnce;
  }

  /** Asks for a ticket, where none is asked for and one could be taken. */
  #ask(): void {
    if (this.#pull !== null || this.#isStopping || !this.#isFree) return;
    if (!this.#line.isConnected()) return; // It is asked for when the line is there again.
    this.#pulls += 1;
    this.#pull = this.#pulls;
    this.#awaitAnswer();
    this.#line.pull(this.#pulls);
  }

  #awaitAnswer(): void {
    this.#arm(pullSilenceMs, () => {
      this.#options.log.info({ silentMs: pullSilenceMs }, 'A work queue is silent: asking anew.');
      this.#noQuestion();
      this.#ask();
    });
  }

  #noQuestion(): void {
    this.#pull = null;
    this.#disarm();
  }

  #giveBack({ id }: Delivery): void {
    const returning = this.#line.giveBack(id, 0, settleTimeoutMs).catch(() => undefined);
    this.#returning.add(returning);
    returning.then(
      () => this.#returning.delete(returning),
      () => undefined,
    );
  }

  async #stop(): Promise<void> {
    this.#noQuestion();
    const given = [...this.#held].map((ticket) => ticket.later(0));
    await Promise.all([...given, this.#line.close()]);
    await Promise.all(this.#returning);
  }

  #arm(delayMs: number, run: () => void): void {
    this.#disarm();
    this.#timer = this.#options.clock.setTimer(delayMs, run);
  }

  #disarm(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
