import type { Clock } from '../../machines/ports/clock.ts';
import { connConnect, connDisconnect } from '../../machines/protocol/subjects.ts';
import { Link } from './link.ts';
import { MemoryBus } from './memory-connection.ts';
import { SubjectTrie } from './subject-trie.ts';

export { MemoryBus } from './memory-connection.ts';

/** The name under which the broker itself appears as sender or receiver in `delayMs`. */
export const brokerName = 'nats';

/**
 * Sends a message on, to arrive after this delay; infinite means never. Out of turn, it may come
 * before what was sent earlier, or once more after it.
 */
export type Onward = (delayMs: number, turn?: 'in turn' | 'out of turn') => void;

export interface MemoryBrokerOptions {
  /** Milliseconds from sender to receiver, by connection names; infinite means lost. */
  readonly delayMs?: (from: string, to: string, subject: string) => number;
  /**
   * Instead of `delayMs`, takes each message on its way: calls `onward` once where all is well, and
   * never, later or twice where it is not.
   */
  readonly carry?: (from: string, to: string, subject: string, onward: Onward) => void;
  /** Where a handler's exception goes; without it, it is thrown out of the clock's timer. */
  readonly onHandlerError?: (error: unknown, subject: string) => void;
}

/** A subscription, as the broker knows it. */
export interface MemorySubscription {
  readonly bus: MemoryBus;
  readonly pattern: string;
  readonly queue: string | null;
  active: boolean;
  handle(subject: string, data: string, answer: Answer | null): void;
}

/** Where replies to a request go. */
export interface Answer {
  readonly requester: MemoryBus;
  readonly session: number;
  /** Names the request among all of the requester's. */
  readonly id: string;
}

/**
 * The NATS server's twin in one process. Everything is delivered through the clock, in order for
 * each pair of connections; queue groups take turns, so that one seed gives one history.
 */
export class MemoryBroker {
  readonly clock: Clock;
  readonly #carry: NonNullable<MemoryBrokerOptions['carry']>;
  readonly #onHandlerError: MemoryBrokerOptions['onHandlerError'];
  readonly #subscriptions = new SubjectTrie<MemorySubscription>();
  readonly #links = new Map<MemoryBus | null, Map<MemoryBus, Link>>();
  readonly #turns = new Map<string, number>();
  #lastCid = 0;

  constructor(clock: Clock, options: MemoryBrokerOptions = {}) {
    this.clock = clock;
    const delayMs = options.delayMs ?? (() => 0);
    this.#carry =
      options.carry ?? ((from, to, subject, onward) => onward(delayMs(from, to, subject)));
    this.#onHandlerError = options.onHandlerError;
  }

  /**
   * A new connection; `user` is the authenticated one that advisories name. Its requests run out by
   * its own process's clock, which need not be the broker's.
   */
  connect(name: string, user: string = name, clock: Clock = this.clock): MemoryBus {
    const bus = new MemoryBus(this, name, user, clock);
    this.arrived(bus);
    return bus;
  }

  add(subscription: MemorySubscription): void {
    this.#subscriptions.add(subscription.pattern, subscription);
  }

  remove(subscription: MemorySubscription): void {
    subscription.active = false;
    this.#subscriptions.remove(subscription.pattern, subscription);
  }

  /** Sends to every subscriber; null stands for the broker. Returns how many there are. */
  publish(from: MemoryBus | null, subject: string, data: string, answer: Answer | null): number {
    const receivers: MemorySubscription[] = [];
    let groups: Map<string, MemorySubscription[]> | null = null;
    for (const subscription of this.#subscriptions.match(subject)) {
      if (!subscription.bus.open) continue;
      if (subscription.queue === null) {
        receivers.push(subscription);
        continue;
      }
      groups ??= new Map();
      const members = groups.get(subscription.queue);
      if (members === undefined) groups.set(subscription.queue, [subscription]);
      else members.push(subscription);
    }
    if (groups !== null) this.#pickMembers(groups, receivers);
    for (const receiver of receivers) this.#deliver(from, receiver, subject, data, answer);
    return receivers.length;
  }

  /** Carries something other than a published message, such as a reply, on the same link. */
  carry(from: MemoryBus | null, to: MemoryBus, subject: string, arrive: () => void): void {
    this.#carry(from?.name ?? brokerName, to.name, subject, (delayMs, turn) => {
      this.#send(from, to, delayMs, turn, arrive);
    });
  }

  /** There and back between a connection and the server. */
  ping(bus: MemoryBus, arrive: () => void): void {
    this.#carry(bus.name, brokerName, 'PING', (thereMs) => {
      this.#carry(brokerName, bus.name, 'PONG', (backMs, turn) => {
        this.#send(null, bus, thereMs + backMs, turn, arrive);
      });
    });
  }

  /** Tells controllers of a new connection, as the server's CONNECT advisory does. */
  arrived(bus: MemoryBus): void {
    this.#lastCid += 1;
    bus.cid = this.#lastCid;
    this.#advise(connConnect, 'connect', bus, {});
  }

  /** Tells controllers that a connection ended, as the server's DISCONNECT advisory does. */
  left(bus: MemoryBus, reason: string | null): void {
    this.#links.delete(bus);
    for (const links of this.#links.values()) links.delete(bus);
    if (reason !== null) this.#advise(connDisconnect, 'disconnect', bus, { reason });
  }

  #pickMembers(
    groups: ReadonlyMap<string, readonly MemorySubscription[]>,
    receivers: MemorySubscription[],
  ): void {
    for (const [queue, members] of groups) {
      const turn = this.#turns.get(queue) ?? 0;
      this.#turns.set(queue, turn + 1);
      const member = members[turn % members.length];
      if (member !== undefined) receivers.push(member);
    }
  }

  #deliver(
    from: MemoryBus | null,
    to: MemorySubscription,
    subject: string,
    data: string,
    answer: Answer | null,
  ): void {
    const session = to.bus.session;
    this.carry(from, to.bus, subject, () => {
      // What was on its way to a connection that broke is lost, even if it is back by now.
      if (!to.active || to.bus.session !== session) return;
      try {
        to.handle(subject, data, answer);
      } catch (error) {
        if (this.#onHandlerError === undefined) throw error;
        this.#onHandlerError(error, subject);
      }
    });
  }

  #send(
    from: MemoryBus | null,
    to: MemoryBus,
    delayMs: number,
    turn: Parameters<Onward>[1],
    arrive: () => void,
  ): void {
    if (delayMs === Number.POSITIVE_INFINITY) return;
    if (turn === 'out of turn') this.clock.setTimer(delayMs, arrive);
    else this.#link(from, to).send(delayMs, arrive);
  }

  #link(from: MemoryBus | null, to: MemoryBus): Link {
    let links = this.#links.get(from);
    if (links === undefined) {
      links = new Map();
      this.#links.set(from, links);
    }
    let link = links.get(to);
    if (link === undefined) {
      link = new Link(this.clock);
      links.set(to, link);
    }
    return link;
  }

  #advise(subject: string, kind: string, bus: MemoryBus, more: object): void {
    const advisory = {
      type: `io.nats.server.advisory.v1.client_${kind}`,
      timestamp: new Date(this.clock.wallMs()).toISOString(),
      server: { name: brokerName, id: 'memory' },
      client: { acc: 'APP', id: bus.cid, name: bus.name, user: bus.user },
      ...more,
    };
    this.publish(null, subject, JSON.stringify(advisory), null);
  }
}
