import { type Clock, delay } from '../../../machines/ports/clock.ts';
import { Link } from '../../../src/adapters/link.ts';
import type { Concern, QueueMedium } from '../../../src/adapters/memory-ticket-line.ts';
import { settleTimeoutMs } from '../../../src/adapters/ticket-line.ts';
import { StoreUnavailable, UnknownOutcome } from '../../../src/ports/store.ts';
import type { Silence } from '../silence.ts';
import type { StoreFailure } from '../store/virtual-store.ts';
import type { StreamLeader } from '../stream-leader.ts';

/** What a word does, once the server has taken it. */
export type Act = () => unknown;

export interface QueueLineOptions {
  readonly clock: Clock;
  readonly leader: StreamLeader<Act>;
  readonly delayMs: () => number;
  readonly chance: (share: number) => boolean;
  /** Everything that reaches the process's code goes through this. */
  readonly deliver: (run: () => void) => void;
  /** The server notices that the process is not there any more. */
  readonly onGone: () => void;
}

/** How one process reaches the queues, and what is wrong with that. */
export class QueueLine implements QueueMedium {
  readonly #options: QueueLineOptions;
  readonly #back: Link;
  readonly #listeners = new Set<() => void>();
  readonly #failures: Record<Concern, StoreFailure[]> = { queue: [], ticket: [] };
  #lostTickets = 0;
  #connected = true;
  #breaks = 0;
  #silence: Silence | null = null;
  readonly #unanswered = new Set<() => void>();

  constructor(options: QueueLineOptions) {
    this.#options = options;
    this.#back = new Link(options.clock);
  }

  // As a world and its faults see it.

  get connected(): boolean {
    return this.#connected;
  }

  /** Also how a process dies: what was under way to it never arrives. */
  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#breaks += 1;
    this.#silence = null;
    for (const end of this.#unanswered) end();
    this.#unanswered.clear();
    this.#options.onGone();
  }

  /** Nothing passes, and nobody knows, until it breaks or speaks again. */
  fallSilent(silence: Silence): void {
    if (this.#connected) this.#silence = silence;
  }

  speak(): void {
    this.#silence = null;
  }

  connect(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#options.deliver(() => {
      if (this.#connected) for (const listen of this.#listeners) listen();
    });
  }

  /** The next question about this meets the failure; several calls queue up. */
  failNext(about: Concern, failure: StoreFailure): void {
    this.#failures[about].push(failure);
  }

  /** So many messages to its workers get lost: tickets, and that a question still stands. */
  loseNext(messages: number): void {
    this.#lostTickets += messages;
  }

  /** What was to fail and has not been tried yet, works. */
  failNoMore(): void {
    this.#failures.queue = [];
    this.#failures.ticket = [];
    this.#lostTickets = 0;
  }

  // As the process sees it.

  isConnected(): boolean {
    return this.#connected;
  }

  onConnected(listen: () => void): () => void {
    this.#listeners.add(listen);
    return () => void this.#listeners.delete(listen);
  }

  ask<T>(about: Concern, what: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#ask(about, what, act).then(
        (answer) => this.#options.deliver(() => resolve(answer)),
        (error: unknown) => this.#options.deliver(() => reject(error as Error)),
      );
    });
  }

  send(act: () => void): void {
    if (!this.#connected) return;
    const breaks = this.#breaks;
    const { clock, delayMs, leader } = this.#options;
    clock.setTimer(delayMs(), () => {
      if (breaks === this.#breaks && leader.present && !this.#isKept()) act();
    });
  }

  tell(arrive: () => void): void {
    if (this.#lostTickets > 0) {
      this.#lostTickets -= 1;
      return;
    }
    this.#carryBack(() => this.#options.deliver(arrive));
  }

  async #ask<T>(about: Concern, what: string, act: () => T): Promise<T> {
    const { leader, chance } = this.#options;
    if (!this.#connected) throw new StoreUnavailable(`${what}: not connected`);
    const failure = this.#failures[about].shift();
    const breaks = this.#breaks;
    const { term } = leader;
    await this.#hop();
    if (failure === 'unavailable') throw new StoreUnavailable(`${what}: no leader`);
    if (breaks !== this.#breaks) {
      // It may have arrived before the connection broke, or not.
      if (leader.present && chance(0.5)) act();
      throw new UnknownOutcome(`${what}: the connection broke`);
    }
    if (term !== leader.term) {
      if (!leader.present && chance(0.5)) leader.inherit(act);
      return this.#noAnswer(what);
    }
    if (!leader.present) {
      if (chance(0.5)) throw new StoreUnavailable(`${what}: no leader`);
      return this.#noAnswer(what);
    }
    if (failure === 'unknown-lost' || this.#isKept()) return this.#noAnswer(what);
    const answer = act();
    if (failure === 'unknown-committed') return this.#noAnswer(what);
    await this.#answered(what, breaks);
    return term === leader.term ? answer : this.#noAnswer(what);
  }

  /** Behind everything that was told before. */
  async #answered(what: string, breaks: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#back.send(this.#options.delayMs(), resolve);
    });
    if (this.#silence !== null) await this.#noAnswer(what);
    if (breaks !== this.#breaks) throw new UnknownOutcome(`${what}: the connection broke`);
  }

  #carryBack(arrive: () => void): void {
    const breaks = this.#breaks;
    this.#back.send(this.#options.delayMs(), () => {
      if (this.#connected && breaks === this.#breaks && this.#silence === null) arrive();
    });
  }

  #hop(): Promise<void> {
    return delay(this.#options.clock, this.#options.delayMs());
  }

  /** Does what the process sends not arrive? */
  #isKept(): boolean {
    return this.#silence === 'out' || this.#silence === 'both';
  }

  /** Whoever asks gives up, or his connection. */
  async #noAnswer(what: string): Promise<never> {
    await new Promise<void>((resolve) => {
      const { clock } = this.#options;
      const timer = clock.setTimer(settleTimeoutMs, () => {
        this.#unanswered.delete(end);
        resolve();
      });
      const end = (): void => {
        clock.clearTimer(timer);
        resolve();
      };
      this.#unanswered.add(end);
    });
    throw new UnknownOutcome(`${what}: no acknowledgement came`);
  }
}
