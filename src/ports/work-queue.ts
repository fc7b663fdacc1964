/**
 * Thrown by {@link Ticket.done}: the queue may have given the ticket to another worker by now, because it
 * was not told in time that this one still holds it, or because it was given back.
 */
export class TicketLost extends Error {
  override readonly name = 'TicketLost';
}

/** The work for one device, or for one group of devices, of a driver; any text names either. */
export interface QueueName {
  readonly driver: string;
  readonly device: string;
}

/**
 * `present`: a ticket with this key is there already, waiting or taken. One that is taken may be ending
 * at this very moment; so whoever learns later that its work was not done, offers it again.
 */
export type Offered = 'offered' | 'present';

/**
 * A ticket that this worker holds; nobody else is given it while the worker is heard of, unless the queue's server
 * was killed before it had written down who holds it.
 */
export interface Ticket {
  readonly key: string;
  /** 1 for the first; every further one follows a worker that died, or one that put it off. */
  readonly delivery: number;
  /**
   * Ends the ticket: once this has resolved, nobody is given it, and its key can be offered anew (where
   * several servers hold the tickets, an offer may be told `present` for some milliseconds more). Goes on
   * trying while the queue does not answer; rejects with {@link TicketLost} when that takes too long.
   */
  done(): Promise<void>;
  /**
   * Gives it back, to be delivered again after so long, to anyone. Never rejects: where the queue can't be
   * told, the ticket is delivered again as that of a dead worker is.
   */
  later(afterMs: number): Promise<void>;
}

export interface Worker {
  /** Gives back at once what it holds, and takes nothing more. */
  stop(): Promise<void>;
}

/**
 * Of a ticket. `waiting`: for its first worker. `taken`: somebody was given it who has not ended it; also where he has
 * died with it, or has put it off and it waits to be delivered again.
 */
export type Whereabouts = 'nowhere' | 'waiting' | 'taken';

/** Counted by the queue, and a little out of date when it arrives. */
export interface QueueState {
  /** Tickets that nobody has been given yet. */
  readonly waiting: number;
  /** Tickets that a worker holds, or has put off, or died with. */
  readonly taken: number;
  /** Workers that wait for a ticket: where there is none, and tickets wait, nobody is there or all are busy. */
  readonly idle: number;
}

/**
 * Queues of tickets, each taken by one worker at a time, first come first served. A ticket is only a key:
 * what is to be done is asked for when it is taken, so that the newest is. Workers pull when they are free,
 * so one that is busy or hangs hoards nothing. A ticket whose worker is not heard of for a while is
 * delivered again, so work may be done twice, and whatever it is done to has to fence.
 *
 * `offer`, `withdraw`, `whereIs` and `look` are for controllers. They may throw StoreUnavailable (nothing has
 * happened) or UnknownOutcome (it may have happened, or may yet); either way, to call again is harmless.
 */
export interface WorkQueues {
  /** Puts a ticket at the end, unless one with this key is there. */
  offer(queue: QueueName, key: string): Promise<Offered>;
  /** Takes it back: nobody is given it any more. Who holds it is not told, and may end it as ever. */
  withdraw(queue: QueueName, key: string): Promise<void>;
  whereIs(queue: QueueName, key: string): Promise<Whereabouts>;
  /** Takes up to `atOnce` tickets at a time, until it is stopped. `take` must not throw. */
  work(queue: QueueName, options: WorkOptions, take: (ticket: Ticket) => void): Worker;
  look(queue: QueueName): Promise<QueueState>;
}

export interface WorkOptions {
  /** It holds so many tickets at most: whoever holds as many is not free. */
  readonly atOnce: number;
}
