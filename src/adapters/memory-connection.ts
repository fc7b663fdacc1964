import type { Clock } from '../../machines/ports/clock.ts';
import {
  type Bus,
  type BusMessage,
  type BusStatus,
  BusUnavailable,
  NoResponders,
  type Subscription,
} from '../ports/bus.ts';
import type { Answer, MemoryBroker, MemorySubscription } from './memory-bus.ts';
import { pingSubject } from './client-pace.ts';
import { assertPayload } from './payload.ts';
import { PendingRequests } from './pending-requests.ts';

/**
 * One connection to the {@link MemoryBroker}. Beside the port it can be killed, cut off and
 * brought back, and be half open: one side has closed it, and the other one does not know. Made by
 * {@link MemoryBroker.connect}.
 */
export class MemoryBus implements Bus {
  readonly name: string;
  readonly user: string;
  /** The broker's number for the connection; a new one after each reconnect. */
  cid = 0;
  /** Grows whenever the connection breaks: what was on its way by then is lost. */
  session = 0;
  /** What the server believes: it sends to open connections, and hears nothing from others. */
  open = true;
  readonly #broker: MemoryBroker;
  readonly #clock: Clock;
  readonly #subscriptions = new Set<MemorySubscription>();
  readonly #requests: PendingRequests<string>;
  readonly #listeners = new Set<(status: BusStatus) => void>();
  readonly #lossListeners = new Set<() => void>();
  /** Told of each request to which no answer came in time, by its subject: whoever connects may doubt the server. */
  unanswered: (subject: string) => void = () => undefined;
  #status: BusStatus = 'connected';
  #killed = false;

  constructor(broker: MemoryBroker, name: string, user: string, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
    this.#requests = new PendingRequests(clock, (subject) => this.unanswered(subject));
    this.name = name;
    this.user = user;
  }

  publish(subject: string, data: string): void {
    if (this.#killed) return;
    this.#assertConnected(subject);
    assertPayload(subject, data);
    if (this.open) this.#broker.publish(this, subject, data, null);
  }

  request(subject: string, data: string, timeoutMs: number): Promise<string> {
    return this.#begin(subject, timeoutMs, (id) => {
      assertPayload(subject, data);
      if (!this.open) return;
      const answer: Answer = { requester: this, session: this.session, id };
      if (this.#broker.publish(this, subject, data, answer) > 0) return;
      this.#broker.carry(null, this, subject, () =>
        this.#requests.reject(id, new NoResponders(`nobody listens to ${subject}`)),
      );
    });
  }

  subscribe(
    subject: string,
    handle: (message: BusMessage) => void,
    options: { queue?: string } = {},
  ): Subscription {
    if (this.#killed) return { unsubscribe: () => undefined };
    if (this.#status === 'closed') throw new BusUnavailable(`${this.name} is closed`);
    const subscription: MemorySubscription = {
      bus: this,
      pattern: subject,
      queue: options.queue ?? null,
      active: true,
      handle: (on, data, answer) => handle(new Received(this, on, data, answer)),
    };
    this.#subscriptions.add(subscription);
    this.#broker.add(subscription);
    return {
      unsubscribe: () => {
        this.#subscriptions.delete(subscription);
        this.#broker.remove(subscription);
      },
    };
  }

  /** Takes the reply to a request; it is late, or the second one, where nobody waits any more. */
  accept(id: string, reply: string): void {
    this.#requests.resolve(id, reply);
  }

  status(): BusStatus {
    return this.#status;
  }

  onStatus(listen: (status: BusStatus) => void): Subscription {
    const own = (status: BusStatus) => listen(status);
    this.#listeners.add(own);
    return { unsubscribe: () => void this.#listeners.delete(own) };
  }

  onServerLost(listen: () => void): Subscription {
    const own = () => listen();
    this.#lossListeners.add(own);
    return { unsubscribe: () => void this.#lossListeners.delete(own) };
  }

  /** Its server says that another one has gone, as one of a cluster would. */
  tellServerLost(): void {
    if (this.#status === 'connected' && this.open) for (const tell of this.#lossListeners) tell();
  }

  ping(timeoutMs: number): Promise<void> {
    const answered = this.#begin(pingSubject, timeoutMs, (id) => {
      if (this.open) this.#broker.ping(this, () => this.#requests.resolve(id, ''));
    });
    return answered.then(() => undefined);
  }

  close(): Promise<void> {
    if (this.#status === 'closed') return Promise.resolve();
    const wasOpen = this.open;
    this.#leave('closed');
    this.#dropSubscriptions();
    this.#broker.left(this, wasOpen ? 'Client Closed' : null);
    return Promise.resolve();
  }

  /**
   * Ends the process behind this connection as `kill -9` does. Nothing of it is heard any more: no
   * handler runs, no promise settles, and what its code still sends goes nowhere.
   */
  kill(): void {
    if (this.#killed) return;
    const wasOpen = this.open;
    this.#killed = true;
    this.#status = 'closed';
    this.open = false;
    this.session += 1;
    this.#requests.forgetAll();
    this.#listeners.clear();
    this.#lossListeners.clear();
    this.#dropSubscriptions();
    this.#broker.left(this, wasOpen ? 'Client Closed' : null);
  }

  /** Breaks the connection; the advisory carries `reason`, and with null there is none. */
  disconnect(reason: string | null = 'Stale Connection'): void {
    if (this.#status !== 'connected') return;
    const wasOpen = this.open;
    this.#leave('disconnected');
    this.#broker.left(this, wasOpen ? reason : null);
  }

  /**
   * The server closes the connection, and tells controllers why if `reason` is not null. The process
   * is not told: what it sends is lost without an error, until it gives up by {@link disconnect}.
   */
  closeAtServer(reason: string | null): void {
    if (!this.open) return;
    this.open = false;
    this.session += 1;
    this.#broker.left(this, reason);
  }

  /**
   * The process gives the connection up, and the server is not told: it goes on sending to nobody,
   * also beside the next connection, until it is told by the returned function, which takes the
   * reason of the advisory as {@link disconnect} does.
   */
  slipAway(): (reason: string | null) => void {
    if (this.#status !== 'connected' || !this.open) return () => undefined;
    const end = this.#leaveBehind();
    this.#leave('disconnected');
    this.#broker.left(this, null);
    return end;
  }

  /** As {@link kill}, and the server is not told, as in {@link slipAway}. */
  killUnnoticed(): (reason: string | null) => void {
    const isOpen = this.#status === 'connected' && this.open;
    const end = isOpen ? this.#leaveBehind() : () => undefined;
    this.open = false;
    this.kill();
    return end;
  }

  /** Comes back under a new connection id; subscriptions are as before. */
  reconnect(): void {
    if (this.#status !== 'disconnected') return;
    this.open = true;
    this.#become('connected');
    this.#broker.arrived(this);
  }

  /** What the server still takes for the connection. */
  #leaveBehind(): (reason: string | null) => void {
    const left = new MemoryBus(this.#broker, this.name, this.user, this.#clock);
    left.cid = this.cid;
    for (const { pattern, queue } of this.#subscriptions) {
      left.subscribe(pattern, () => undefined, queue === null ? {} : { queue });
    }
    return (reason) => {
      left.disconnect(reason);
      left.kill();
    };
  }

  #begin(subject: string, timeoutMs: number, send: (id: string) => void): Promise<string> {
    if (this.#killed) return new Promise(() => undefined); // A dead process waits for ever.
    if (this.#status !== 'connected') return Promise.reject(this.#unavailable(subject));
    return this.#requests.begin(subject, timeoutMs, send);
  }

  /** Answers what came over this connection. */
  reply(subject: string, data: string, answer: Answer | null): void {
    if (answer === null || this.#killed) return;
    assertPayload(subject, data);
    if (this.#status !== 'connected' || !this.open) return;
    this.#broker.carry(this, answer.requester, subject, () => {
      if (answer.requester.session === answer.session) answer.requester.accept(answer.id, data);
    });
  }

  #assertConnected(subject: string): void {
    if (this.#status !== 'connected') throw this.#unavailable(subject);
  }

  #unavailable(subject: string): BusUnavailable {
    return new BusUnavailable(`${this.name} is ${this.#status}: nothing was sent to ${subject}`);
  }

  #leave(status: BusStatus): void {
    this.open = false;
    this.session += 1;
    this.#requests.rejectAll();
    this.#become(status);
  }

  #become(status: BusStatus): void {
    this.#status = status;
    for (const listen of this.#listeners) listen(status);
  }

  #dropSubscriptions(): void {
    for (const subscription of this.#subscriptions) this.#broker.remove(subscription);
    this.#subscriptions.clear();
  }
}

/** A class, because objects with functions of their own cost more than what most handlers do. */
class Received implements BusMessage {
  readonly subject: string;
  readonly data: string;
  readonly #to: MemoryBus;
  readonly #answer: Answer | null;

  constructor(to: MemoryBus, subject: string, data: string, answer: Answer | null) {
    this.#to = to;
    this.subject = subject;
    this.data = data;
    this.#answer = answer;
  }

  reply(text: string): void {
    this.#to.reply(this.subject, text, this.#answer);
  }
}
