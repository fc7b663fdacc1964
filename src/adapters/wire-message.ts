import type { BusMessage, Subscription } from '../ports/bus.ts';

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

/** What of a message's headers is read. */
interface Headers {
  readonly code: number;
  get(name: string): string;
}

/** A class, because a function of its own for each message costs more than all the rest of it. */
export class ReceivedMessage implements WireMessage {
  readonly subject: string;
  readonly replyTo: string;
  readonly data: string;
  readonly status: number;
  readonly #headers: Headers | undefined;

  constructor(subject: string, replyTo: string, data: string, headers: Headers | undefined) {
    this.subject = subject;
    this.replyTo = replyTo;
    this.data = data;
    this.status = headers?.code ?? 0;
    this.#headers = headers;
  }

  header(name: string): string {
    return this.#headers?.get(name) ?? '';
  }
}

/** A message as a handler of the bus sees it. */
export class Answerable implements BusMessage {
  readonly subject: string;
  readonly data: string;
  readonly #replyTo: string;
  readonly #reply: (to: string, data: string) => void;

  constructor({ subject, data, replyTo }: WireMessage, reply: (to: string, data: string) => void) {
    this.subject = subject;
    this.data = data;
    this.#replyTo = replyTo;
    this.#reply = reply;
  }

  reply(data: string): void {
    this.#reply(this.#replyTo, data);
  }
}

export interface WireSubscription extends Subscription {
  /** Unsubscribes; resolves when what the server had sent by then has been handled. */
  drain(): Promise<void>;
}
