import { z } from 'zod';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import {
  allTickets,
  ticket,
  ticketConsumer,
  ticketsOf,
  ticketStream,
} from '../../machines/protocol/subjects.ts';
import { StoreUnavailable } from '../ports/store.ts';
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
import {
  JetStreamError,
  readApi,
  readFailure,
  readPubAck,
  storeTimeoutMs,
  writeFailure,
} from './jetstream-api.ts';
import type { NatsBus } from './nats-bus.ts';
import { natsTicketLine } from './nats-ticket-line.ts';
import type { LineListener } from './ticket-line.ts';
import { TicketWorker } from './ticket-worker.ts';

/** More than a device has tickets: those that were put off count as taken, and must not stop the others. */
const takenMax = 100_000;
/** More than a device has workers that wait. */
const idleMax = 2_048;
const nanosPerMs = 1_000_000;

/** JetStream's own error numbers, from the server's errors.json. */
const streamNotFound = 10059;
const streamNameInUse = 10058;
const nothingDeleted = 10057;

const Described = z.object({ config: z.object({ num_replicas: z.int().default(1) }) });
const Deleted = z.object({ success: z.boolean() });
const Stored = z.object({ message: z.object({ seq: z.int().min(1) }) });
const Consumer = z.object({
  num_pending: z.int().min(0),
  num_ack_pending: z.int().min(0),
  num_waiting: z.int().min(0),
  delivered: z.object({ stream_seq: z.int().min(0) }),
});

export interface NatsWorkQueuesOptions {
  /**
   * How long a worker need not be heard of until it is taken for dead. Controllers set it, and workers are
   * heard of three times as often as theirs says; so it must be the same for all.
   */
  readonly takenMs: number;
  /** How many servers hold the tickets: 1, 3 or 5. Of no meaning for workers. */
  readonly replicas?: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Work queues over JetStream: one stream, of which a ticket is removed when it ends, with one subject a
 * ticket, and a durable consumer a queue. Controllers make both with the first offer to a queue, and again
 * when they are lost; workers need no right but to pull and to acknowledge.
 */
export class NatsWorkQueues implements WorkQueues {
  readonly #bus: NatsBus;
  readonly #options: NatsWorkQueuesOptions;
  readonly #log: Log;
  readonly #opened = new Map<string, Promise<void>>();
  /** What consumers are being asked for. */
  readonly #asked = new Map<string, Promise<z.infer<typeof Consumer>>>();

  constructor(bus: NatsBus, options: NatsWorkQueuesOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#log = options.log.child({ stream: ticketStream });
  }

  offer(queue: QueueName, key: string): Promise<Offered> {
    return this.#attempt(() => this.#offer(queue, key));
  }

  withdraw(queue: QueueName, key: string): Promise<void> {
    return this.#attempt(() => this.#withdraw(queue, key));
  }

  whereIs(queue: QueueName, key: string): Promise<Whereabouts> {
    return this.#attempt(() => this.#whereIs(queue, key));
  }

  look(queue: QueueName): Promise<QueueState> {
    return this.#attempt(() => this.#look(queue));
  }

  work(queue: QueueName, options: WorkOptions, take: (ticket: Ticket) => void): Worker {
    const { takenMs, clock } = this.#options;
    const log = this.#log.child({ ...queue });
    const open = (listener: LineListener) => natsTicketLine(this.#bus, queue, log, listener);
    return new TicketWorker({ ...options, open, take, clock, log, takenMs });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // The stream may be gone, with its server's disk: the next attempt looks.
      this.#opened.clear();
      if (!(error instanceof JetStreamError)) throw error;
      // What JetStream would not do has not happened; it may be able to the next time.
      throw new StoreUnavailable(error.message, { cause: error });
    }
  }

  async #offer(queue: QueueName, key: string): Promise<Offered> {
    const subject = ticket(queue.driver, queue.device, key);
    const what = `offer of ${key} to ${nameOf(queue)}`;
    await this.#open(queue);
    // The stream refuses a second ticket too, but with words instead of a number.
    const headers = { 'Nats-Expected-Last-Subject-Sequence': '0' };
    const answer = await this.#bus
      .exchange(subject, '', storeTimeoutMs, headers)
      .catch((error: unknown) => {
        throw writeFailure(what, error);
      });
    return readPubAck(what, answer.data) === null ? 'present' : 'offered';
  }

  async #withdraw(queue: QueueName, key: string): Promise<void> {
    const what = `withdrawal of ${key} from ${nameOf(queue)}`;
    await this.#open(queue);
    // By its number, so that it can't be a later ticket that is deleted.
    const seq = await this.#numberOf(what, queue, key);
    if (seq === null) return;
    const body = { seq, no_erase: true };
    const answer = await this.#bus
      .exchange(api(`STREAM.MSG.DELETE.${ticketStream}`), JSON.stringify(body), storeTimeoutMs)
      .catch((error: unknown) => {
        throw writeFailure(what, error);
      });
    try {
      readApi(what, answer, Deleted);
    } catch (error) {
      unless(nothingDeleted)(error); // Then it has ended meanwhile.
    }
  }

  /** Tickets are given out by their numbers, and given again only where somebody had them. */
  async #whereIs(queue: QueueName, key: string): Promise<Whereabouts> {
    const what = `whereabouts of ${key} in ${nameOf(queue)}`;
    await this.#open(queue);
    const seq = await this.#numberOf(what, queue, key);
    if (seq === null) return 'nowhere';
    const { delivered } = await this.#consumer(what, queue);
    return seq <= delivered.stream_seq ? 'taken' : 'waiting';
  }

  async #look(queue: QueueName): Promise<QueueState> {
    const what = `state of ${nameOf(queue)}`;
    await this.#open(queue);
    const info = await this.#consumer(what, queue);
    return { waiting: info.num_pending, taken: info.num_ack_pending, idle: info.num_waiting };
  }

  /** Who asks while an answer is under way has the same one: after a death, thousands ask at once. */
  #consumer(what: string, queue: QueueName): Promise<z.infer<typeof Consumer>> {
    const consumer = ticketConsumer(queue.driver, queue.device);
    const asked = this.#asked.get(consumer) ?? this.#askFor(what, consumer);
    this.#asked.set(consumer, asked);
    return asked;
  }

  async #askFor(what: string, consumer: string): Promise<z.infer<typeof Consumer>> {
    try {
      const info = await this.#call(
        what,
        `CONSUMER.INFO.${ticketStream}.${consumer}`,
        {},
        Consumer,
      );
      if (info === null) throw new StoreUnavailable(`${what}: there is no such consumer`);
      return info;
    } finally {
      this.#asked.delete(consumer);
    }
  }

  /** The place of its ticket in the stream; null where there is none. */
  async #numberOf(what: string, queue: QueueName, key: string): Promise<number | null> {
    const query = { last_by_subj: ticket(queue.driver, queue.device, key) };
    const stored = await this.#call(what, `STREAM.MSG.GET.${ticketStream}`, query, Stored);
    return stored?.message.seq ?? null;
  }

  /** Makes what is missing, once; several controllers may do so at the same time. */
  #open(queue: QueueName): Promise<void> {
    const consumer = ticketConsumer(queue.driver, queue.device);
    const known = this.#opened.get(consumer);
    if (known !== undefined) return known;
    const opening = this.#make(queue, consumer);
    this.#opened.set(consumer, opening);
    opening.catch(() => {
      if (this.#opened.get(consumer) === opening) this.#opened.delete(consumer);
    });
    return opening;
  }

  async #make(queue: QueueName, consumer: string): Promise<void> {
    await this.#makeStream(nameOf(queue));
    const config = {
      durable_name: consumer,
      filter_subject: ticketsOf(queue.driver, queue.device),
      deliver_policy: 'all',
      ack_policy: 'explicit',
      ack_wait: this.#options.takenMs * nanosPerMs,
      max_deliver: -1,
      max_ack_pending: takenMax,
      max_waiting: idleMax,
    };
    const name = `CONSUMER.DURABLE.CREATE.${ticketStream}.${consumer}`;
    const what = `opening of ${nameOf(queue)}`;
    await this.#call(what, name, { stream_name: ticketStream, config }, Consumer);
  }

  async #makeStream(queue: string): Promise<void> {
    const { replicas = 1, clock } = this.#options;
    const what = `opening of ${queue}`;
    const about = `STREAM.INFO.${ticketStream}`;
    const info = await this.#call(what, about, {}, Described).catch(unless(streamNotFound));
    if (info !== null) {
      const has = info.config.num_replicas;
      if (has === replicas) return;
      this.#log.warn(
        { has, asked: replicas },
        'The stream of tickets has another number of replicas; it is left as it is.',
      );
      return;
    }
    const config = {
      name: ticketStream,
      subjects: [allTickets],
      retention: 'workqueue',
      storage: 'file',
      num_replicas: replicas,
      // Above those of a stream that was lost (from 2.10 on): who holds a ticket of that one would end a
      // new one that has its number.
      first_seq: clock.wallMs(),
      max_msgs_per_subject: 1,
      discard: 'new',
      discard_new_per_subject: true,
    };
    // Another controller may be faster.
    const create = this.#call(what, `STREAM.CREATE.${ticketStream}`, config, Described);
    await create.catch(unless(streamNameInUse));
  }

  /** Something that can be asked again without harm. */
  async #call<T>(what: string, name: string, body: object, schema: z.ZodType<T>) {
    const message = await this.#bus
      .exchange(api(name), JSON.stringify(body), storeTimeoutMs)
      .catch((error: unknown) => {
        throw readFailure(what, error);
      });
    return readApi(what, message, schema);
  }
}

/** Null for JetStream's error of this number; throws any other. */
function unless(code: number) {
  return (error: unknown): null => {
    if (error instanceof JetStreamError && error.code === code) return null;
    throw error;
  };
}

const api = (name: string): string => `$JS.API.${name}`;
const nameOf = ({ driver, device }: QueueName): string => `the queue of ${driver} on ${device}`;
