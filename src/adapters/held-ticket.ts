import { type Clock, delay, type Timer } from '../../machines/ports/clock.ts';
import { type Ticket, TicketLost } from '../ports/work-queue.ts';
import { type Delivery, settleTimeoutMs, type TicketLine } from './ticket-line.ts';

/** A holder is heard of this many times within the time after which it is taken for dead. */
const prolongations = 3;
/** How long to wait between two attempts to end a ticket. */
const retryMs = 100;

export interface HeldTicketOptions {
  readonly delivery: Delivery;
  readonly line: TicketLine;
  readonly clock: Clock;
  readonly takenMs: number;
  /** Told once, when the worker has nothing to do with it any more. */
  readonly onEnd: (ticket: HeldTicket) => void;
}

/**
 * A ticket while a worker holds it. The queue gives it to another one `takenMs` after it has last heard of
 * it; so it counts as held for that long since a sign of life was sent that was answered. After a pause of
 * the whole process this is known at once, by the clock, before anything is sent.
 */
export class HeldTicket implements Ticket {
  readonly key: string;
  readonly delivery: number;
  readonly #id: string;
  readonly #options: HeldTicketOptions;
  #heldUntilMs: number;
  #timer: Timer | null = null;
  #ended = false;

  constructor(options: HeldTicketOptions) {
    this.#options = options;
    this.key = options.delivery.key;
    this.delivery = options.delivery.delivery;
    this.#id = options.delivery.id;
    this.#heldUntilMs = options.clock.monotonicMs() + options.takenMs;
    this.#arm();
  }

  async done(): Promise<void> {
    const { line, clock } = this.#options;
    // Signs of life that are answered later do not count: something hears them, and not the end.
    const untilMs = this.#ended ? 0 : this.#heldUntilMs;
    for (;;) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0 || this.#ended) {
        this.#end();
        throw new TicketLost(`the ticket ${this.key} is not held any more, and is delivered again`);
      }
      try {
        await line.end(this.#id, Math.min(leftMs, settleTimeoutMs));
        this.#end();
        return;
      } catch {
        // Its end may have arrived. To say it once more is harmless while nobody else can hold it.
        await delay(clock, retryMs);
      }
    }
  }

  async later(afterMs: number): Promise<void> {
    if (!Number.isInteger(afterMs) || afterMs < 0) {
      throw new Error(`${afterMs} is no time after which a ticket can be delivered again`);
    }
    if (this.#leftMs() <= 0) {
      this.#end();
      return;
    }
    this.#end();
    // Once only: the second time, it could be somebody else's ticket that is given back.
    await this.#options.line.giveBack(this.#id, afterMs, settleTimeoutMs).catch(() => undefined);
  }

  /** Lets the queue know that its worker lives. */
  prolong(): void {
    if (this.#ended || this.#leftMs() <= 0) return;
    const { line, clock, takenMs } = this.#options;
    const sentMs = clock.monotonicMs();
    line.prolong(this.#id, takenMs).then(
      () => {
        this.#heldUntilMs = Math.max(this.#heldUntilMs, sentMs + takenMs);
      },
      () => undefined, // The next one may be answered; without any, the clock says that it is lost.
    );
  }

  #leftMs(): number {
    return this.#ended ? 0 : this.#heldUntilMs - this.#options.clock.monotonicMs();
  }

  #arm(): void {
    const { clock, takenMs } = this.#options;
    this.#timer = clock.setTimer(takenMs / prolongations, () => {
      this.prolong();
      this.#arm();
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#options.onEnd(this);
  }
}
