import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { MemoryTickets, Question } from './memory-tickets.ts';
import {
  type LineListener,
  pullExpiresMs,
  pullHeartbeatMs,
  type TicketLine,
} from './ticket-line.ts';

/** What a question is about: the queue as a whole, or one ticket that is held. */
export type Concern = 'queue' | 'ticket';

/** What carries a process's words to the queues, and the queues' to it. */
export interface QueueMedium {
  isConnected(): boolean;
  /** Called whenever it is connected again, until the returned function is called. */
  onConnected(listen: () => void): () => void;
  /**
   * Carries a question there, has it done, and the answer back. Rejects with StoreUnavailable where it
   * was not done, and with UnknownOutcome where that is not known.
   */
  ask<T>(about: Concern, what: string, act: () => T): Promise<T>;
  /** Carries there what nobody answers, or nothing at all. */
  send(act: () => void): void;
  /** Carries back to the process, in the order of the calls, or not at all. */
  tell(arrive: () => void): void;
}

/** A worker's line to tickets in memory, through a medium; `clock` is the queue's own. */
export class MemoryTicketLine implements TicketLine {
  readonly #tickets: MemoryTickets;
  readonly #medium: QueueMedium;
  readonly #clock: Clock;
  readonly #listener: LineListener;
  readonly #questions = new Map<Question, Timer>();
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor(tickets: MemoryTickets, medium: QueueMedium, clock: Clock, listener: LineListener) {
    this.#tickets = tickets;
    this.#medium = medium;
    this.#clock = clock;
    this.#listener = listener;
    this.#stopListening = medium.onConnected(() => listener.connected());
  }

  isConnected(): boolean {
    return this.#medium.isConnected();
  }

  pull(pull: number): void {
    this.#medium.send(() => {
      if (this.#isClosed) return;
      const question: Question = {
        answer: (delivery) => {
          this.#drop(question);
          this.#medium.tell(() => this.#listener.ticket(delivery));
        },
      };
      this.#stand(question, pull, pullExpiresMs);
      this.#tickets.ask(question);
    });
  }

  end(id: string): Promise<void> {
    return this.#medium.ask('ticket', `end of ${id}`, () => this.#tickets.end(id));
  }

  prolong(id: string): Promise<void> {
    return this.#medium.ask('ticket', `sign of life for ${id}`, () => this.#tickets.prolong(id));
  }

  giveBack(id: string, afterMs: number): Promise<void> {
    return this.#medium.ask('ticket', `return of ${id}`, () => this.#tickets.giveBack(id, afterMs));
  }

  async close(): Promise<void> {
    this.#stopListening();
    const end = (): void => {
      this.#isClosed = true;
      this.cut();
    };
    await this.#medium.ask('ticket', 'end of a worker', end).catch(() => undefined);
  }

  /** The queue notices that nobody is there any more who could hear an answer. */
  cut(): void {
    for (const question of [...this.#questions.keys()]) {
      this.#tickets.forget(question);
      this.#drop(question);
    }
  }

  /** The queue says that it knows of the question, until it does not, or has had enough of it. */
  #stand(question: Question, pull: number, leftMs: number): void {
    const timer = this.#clock.setTimer(pullHeartbeatMs, () => {
      if (!this.#tickets.knows(question)) {
        this.#drop(question);
        return;
      }
      if (leftMs > pullHeartbeatMs) {
        this.#stand(question, pull, leftMs - pullHeartbeatMs);
        this.#medium.tell(() => this.#listener.alive(pull));
        return;
      }
      this.#tickets.forget(question);
      this.#drop(question);
      this.#medium.tell(() => this.#listener.ended(pull, 'expired'));
    });
    this.#questions.set(question, timer);
  }

  #drop(question: Question): void {
    const timer = this.#questions.get(question);
    if (timer !== undefined) this.#clock.clearTimer(timer);
    this.#questions.delete(question);
  }
}
