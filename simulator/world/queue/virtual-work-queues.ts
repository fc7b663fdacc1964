import type { Clock } from '../../../machines/ports/clock.ts';
import { type Log, silentLog } from '../../../machines/ports/log.ts';
import type { MemoryTickets, TicketChange } from '../../../src/adapters/memory-tickets.ts';
import { MemoryTicketStream, MemoryWorkQueues } from '../../../src/adapters/memory-work-queues.ts';
import type { QueueName, QueueState, WorkQueues } from '../../../src/ports/work-queue.ts';
import { Recent } from '../recent.ts';
import type { Silence } from '../silence.ts';
import { StreamLeader } from '../stream-leader.ts';
import { type Act, QueueLine } from './queue-line.ts';

export interface VirtualWorkQueuesOptions {
  readonly takenMs: number;
  /** Milliseconds that one hop takes. */
  readonly delayMs?: () => number;
  /** True in this share of all draws: what exactly a word meets while there is no leader. */
  readonly chance?: (share: number) => boolean;
}

interface PastChange {
  readonly atMs: number;
  readonly tickets: MemoryTickets;
  readonly change: TicketChange;
}

/** A process that uses the queues. */
export interface QueueUser {
  /** Its own: while it is held up, it gives no sign of life. */
  readonly clock: Clock;
  readonly log?: Log;
  /** Everything that reaches its code goes through this. */
  readonly deliver?: (run: () => void) => void;
}

/**
 * JetStream's work queues in a virtual world: the twin's rules, and all that may go wrong between a process
 * and them. Every process has a line of its own.
 */
export class VirtualWorkQueues {
  readonly #stream: MemoryTicketStream;
  readonly #options: VirtualWorkQueuesOptions;
  readonly #leader = new StreamLeader<Act>();
  /** What has happened to tickets, and may not be on a disk yet. */
  readonly #past = new Recent<PastChange>();
  readonly #lines = new Map<string, QueueLine>();

  /** `clock` is the world's. */
  constructor(clock: Clock, options: VirtualWorkQueuesOptions) {
    this.#stream = new MemoryTicketStream(clock, options.takenMs, (tickets, change) =>
      this.#past.note({ atMs: clock.monotonicMs(), tickets, change }),
    );
    this.#options = options;
  }

  /** The queues as this process has them. One that was started anew comes with a line of its own. */
  as(process: string, { clock, log = silentLog, deliver = (run) => run() }: QueueUser): WorkQueues {
    this.#lines.get(process)?.disconnect();
    const line: QueueLine = new QueueLine({
      clock: this.#stream.clock,
      leader: this.#leader,
      delayMs: this.#options.delayMs ?? (() => 0),
      chance: this.#options.chance ?? (() => false),
      deliver,
      onGone: () => queues.cut(),
    });
    const queues = new MemoryWorkQueues(this.#stream, line, { clock, log });
    this.#lines.set(process, line);
    return queues;
  }

  line(process: string): QueueLine {
    const line = this.#lines.get(process);
    if (line === undefined) throw new Error(`${process} has no line to the work queues`);
    return line;
  }

  /** The server is gone, for a process that may never have run. */
  disconnect(process: string): void {
    this.#lines.get(process)?.disconnect();
  }

  /** The process reaches the server, if it runs. */
  connect(process: string): void {
    this.#lines.get(process)?.connect();
  }

  /** Nothing passes between the process and the server, and nobody knows. */
  fallSilent(process: string, silence: Silence): void {
    this.#lines.get(process)?.fallSilent(silence);
  }

  speak(process: string): void {
    this.#lines.get(process)?.speak();
  }

  /** What the server would say. */
  look(queue: QueueName): QueueState {
    return this.#stream.of(queue).look();
  }

  /** Nothing is handed out, and no question for a ticket stands any more. */
  loseLeader(): void {
    this.#leader.lose();
    for (const tickets of this.#stream.all()) {
      tickets.forgetAll();
      tickets.hold(true);
    }
  }

  /**
   * The power fails where the stream stands, and what has happened in this time is lost: tickets are gone, others are back
   * that had ended, and who has one is forgotten. Nobody may be connected.
   */
  losePower(lostMs: number): void {
    this.#leader.forget();
    const sinceMs = this.#stream.clock.monotonicMs() - lostMs;
    for (const tickets of this.#stream.all()) {
      const lost = this.#past.forget((past) => past.tickets === tickets && past.atMs >= sinceMs);
      const changes = lost.map(({ change }) => change);
      tickets.losePower(sinceMs, changes);
    }
  }

  electLeader(): void {
    for (const act of this.#leader.elect()) act();
    for (const tickets of this.#stream.all()) tickets.hold(false);
  }
}
