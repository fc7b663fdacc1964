import type { QueueName, Ticket, WorkQueues, Worker } from '../../src/ports/work-queue.ts';
import { until } from './until.ts';

/** One process that works at queues. */
export interface Workplace {
  readonly queues: WorkQueues;
  /** Ends it without a word. */
  kill(): void | Promise<void>;
}

/** Queues, and the processes that use them. */
export interface QueueBench {
  readonly controller: WorkQueues;
  workplace(): Promise<Workplace>;
}

/** A worker that writes down what it takes, and keeps it unless `each` ends it. */
export class Hand {
  readonly taken: Ticket[] = [];
  readonly #worker: Worker;

  constructor(
    queues: WorkQueues,
    queue: QueueName,
    atOnce: number,
    each: (ticket: Ticket) => void = () => undefined,
  ) {
    this.#worker = queues.work(queue, { atOnce }, (ticket) => {
      this.taken.push(ticket);
      each(ticket);
    });
  }

  get keys(): readonly string[] {
    return this.taken.map(({ key }) => key);
  }

  /** The ticket with this key, once it has come so many times. */
  async got(key: string, times = 1): Promise<Ticket> {
    const all = (): readonly Ticket[] => this.taken.filter((ticket) => ticket.key === key);
    await until(`${key} is taken ${times} times`, () => all().length >= times);
    const ticket = all()[times - 1];
    if (ticket === undefined) throw new Error(`expected ${key} to be taken ${times} times`);
    return ticket;
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}

/** Ends a ticket as soon as it is taken. */
export const endAtOnce = (ticket: Ticket): void => {
  ticket.done().catch((error: unknown) => {
    throw error; // Nobody may take it away from this test.
  });
};
