import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { ticket, ticketsOf } from '../../machines/protocol/subjects.ts';
import type {
  Offered,
  QueueName,
  QueueState,
  Ticket,
  Whereabouts,
  Worker,
  WorkOptions,
  WorkQueues,
} from '../ports/work-queue.ts';
import { Link } from './link.ts';
import { MemoryTicketLine, type QueueMedium } from './memory-ticket-line.ts';
import { MemoryTickets, type TicketChange } from './memory-tickets.ts';
import { TicketWorker } from './ticket-worker.ts';

/** The tickets of all queues, as their server has them. */
export class MemoryTicketStream {
  readonly clock: Clock;
  readonly takenMs: number;
  readonly #changed: (tickets: MemoryTickets, change: TicketChange) => void;
  readonly #queues = new Map<string, MemoryTickets>();

  constructor(
    clock: Clock,
    takenMs: number,
    changed: (tickets: MemoryTickets, change: TicketChange) => void = () => undefined,
  ) {
    this.clock = clock;
    this.takenMs = takenMs;
    this.#changed = changed;
  }

  of({ driver, device }: QueueName): MemoryTickets {
    const name = ticketsOf(driver, device);
    const tickets = this.#queues.get(name);
    if (tickets === undefined) {
      const opened = new MemoryTickets(this.clock, this.takenMs, (change) =>
        this.#changed(opened, change),
      );
      this.#queues.set(name, opened);
      return opened;
    }
    return tickets;
  }

  all(): readonly MemoryTickets[] {
    return [...this.#queues.values()];
  }
}

/** The queues in memory as one process has them, whose clock may differ from the server's. */
export class MemoryWorkQueues implements WorkQueues {
  readonly #stream: MemoryTicketStream;
  readonly #medium: QueueMedium;
  readonly #process: { readonly clock: Clock; readonly log: Log };
  readonly #lines = new Set<MemoryTicketLine>();

  constructor(
    stream: MemoryTicketStream,
    medium: QueueMedium,
    process: { readonly clock: Clock; readonly log: Log },
  ) {
    this.#stream = stream;
    this.#medium = medium;
    this.#process = process;
  }

  async offer(queue: QueueName, key: string): Promise<Offered> {
    const subject = ticket(queue.driver, queue.device, key);
    const offer = () => this.#stream.of(queue).offer(key);
    return (await this.#medium.ask('queue', `offer of ${subject}`, offer)) ? 'offered' : 'present';
  }

  async withdraw(queue: QueueName, key: string): Promise<void> {
    const subject = ticket(queue.driver, queue.device, key);
    const withdraw = () => this.#stream.of(queue).withdraw(key);
    await this.#medium.ask('queue', `withdrawal of ${subject}`, withdraw);
  }

  async whereIs(queue: QueueName, key: string): Promise<Whereabouts> {
    const subject = ticket(queue.driver, queue.device, key);
    const whereIs = () => this.#stream.of(queue).whereIs(key);
    return this.#medium.ask('queue', `whereabouts of ${subject}`, whereIs);
  }

  work(queue: QueueName, options: WorkOptions, take: (ticket: Ticket) => void): Worker {
    const { takenMs } = this.#stream;
    return new TicketWorker({
      ...options,
      ...this.#process,
      open: (listener) => {
        const tickets = this.#stream.of(queue);
        const line = new MemoryTicketLine(tickets, this.#medium, this.#stream.clock, listener);
        this.#lines.add(line);
        return line;
      },
      take,
      takenMs,
    });
  }

  async look(queue: QueueName): Promise<QueueState> {
    const subject = ticketsOf(queue.driver, queue.device);
    return this.#medium.ask('queue', `state of ${subject}`, () => this.#stream.of(queue).look());
  }

  /** The server knows that this process is not there any more: no question of its workers stands. */
  cut(): void {
    for (const line of this.#lines) line.cut();
  }
}

export interface MemoryQueueServerOptions {
  readonly takenMs: number;
  readonly log: Log;
  /** Milliseconds that one hop takes. */
  readonly delayMs?: () => number;
}

/** The JetStream queues' twin: the same rules on a clock's time, and processes that can be killed. */
export class MemoryQueueServer {
  readonly #clock: Clock;
  readonly #options: MemoryQueueServerOptions;
  readonly #stream: MemoryTicketStream;

  constructor(clock: Clock, options: MemoryQueueServerOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#stream = new MemoryTicketStream(clock, options.takenMs);
  }

  /** One process's queues; `kill` ends it as `kill -9` does: nothing of it is heard any more. */
  connect(): { readonly queues: WorkQueues; kill(): void } {
    const medium = new Wire(this.#clock, this.#options.delayMs ?? (() => 0));
    const process = { clock: this.#clock, log: this.#options.log };
    const queues = new MemoryWorkQueues(this.#stream, medium, process);
    return {
      queues,
      kill() {
        medium.cut();
        queues.cut();
      },
    };
  }
}

/** Carries everything, in order, until it is cut. */
class Wire implements QueueMedium {
  readonly #there: Link;
  readonly #back: Link;
  readonly #delayMs: () => number;
  #isCut = false;

  constructor(clock: Clock, delayMs: () => number) {
    this.#there = new Link(clock);
    this.#back = new Link(clock);
    this.#delayMs = delayMs;
  }

  cut(): void {
    this.#isCut = true;
  }

  isConnected(): boolean {
    return !this.#isCut;
  }

  onConnected(): () => void {
    return () => undefined; // What is cut stays so.
  }

  /** A dead process waits for ever. */
  ask<T>(_about: unknown, _what: string, act: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.send(() => {
        const answer = act();
        this.tell(() => resolve(answer));
      });
    });
  }

  send(act: () => void): void {
    if (this.#isCut) return;
    // What has left a process that dies then, arrives.
    this.#there.send(this.#delayMs(), act);
  }

  tell(arrive: () => void): void {
    this.#back.send(this.#delayMs(), () => {
      if (!this.#isCut) arrive();
    });
  }
}
