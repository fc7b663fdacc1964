import type { Subscription } from '../ports/bus.ts';

/** A message with what JetStream puts beside the payload. */
export interface WireMessage {
  readonly subject: string;
  /** Where an answer goes; empty where none is wanted. */
  readonly replyTo: string;
  readonly data: string;
  /** The status line's number, such as 404; 0 where there is none. */
  readonly status: number;
  /** A header's value; empty where it is missing. */
  header(name: string): string;
}

export interface WireSubscription extends Subscription {
  /** Unsubscribes; resolves when what the server had sent by then has been handled. */
  drain(): Promise<void>;
}
