/** Thrown by {@link Bus.request}: nobody subscribes to the subject, so nobody has seen the message. */
export class NoResponders extends Error {
  override readonly name = 'NoResponders';
}

/** Thrown by {@link Bus.request}: no reply in time, so whether anybody acted on it is unknown. */
export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

/** Thrown by any call on a bus that is disconnected or closed: the message did not leave. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable';
}

/** Thrown by any call with a payload above {@link payloadBytesMax}: nothing was sent. */
export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
}

export type BusStatus = 'connected' | 'disconnected' | 'closed';

export interface BusMessage {
  readonly subject: string;
  /** The payload as text; always JSON in Holdfast, but a stranger may send anything. */
  readonly data: string;
  /** Answers the request; does nothing where the sender wants no reply. */
  reply(data: string): void;
}

export interface Subscription {
  unsubscribe(): void;
}

/**
 * At-most-once messages between processes. Subjects are dot-separated tokens; a subscription may
 * use `*` for one token and a trailing `>` for the rest. Payloads are text, so that sender and
 * receiver can never share an object, not even within one process.
 */
export interface Bus {
  publish(subject: string, data: string): void;
  /** Rejects with {@link NoResponders}, {@link RequestTimeout} or {@link BusUnavailable}. */
  request(subject: string, data: string, timeoutMs: number): Promise<string>;
  /** A handler must not throw; `queue` shares the messages among the group's members. */
  subscribe(
    subject: string,
    handle: (message: BusMessage) => void,
    options?: { queue?: string },
  ): Subscription;
  status(): BusStatus;
  /** Calls `listen` at each change of {@link status}. */
  onStatus(listen: (status: BusStatus) => void): Subscription;
  /**
   * Calls `listen` when a server of the cluster has gone, which tells nobody of the connections that it
   * had. Never where there is only one server; perhaps more than once for one.
   */
  onServerLost(listen: () => void): Subscription;
  /** Resolves when the server has answered: the proof that the connection is good, both ways. */
  ping(timeoutMs: number): Promise<void>;
  /** Sends what is queued, then closes. */
  close(): Promise<void>;
}

/** The largest payload in bytes; below NATS' default limit of 1 MiB, with room for headers. */
export const payloadBytesMax = 960 * 1024;
