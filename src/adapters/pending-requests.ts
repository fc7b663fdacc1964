import type { Clock, Timer } from '../../machines/ports/clock.ts';
import { BusUnavailable, RequestTimeout } from '../ports/bus.ts';

/** More requests than this without an answer are refused, so that a dead server can't eat memory. */
export const requestsInFlightMax = 65_536;

interface Pending<T> {
  readonly subject: string;
  readonly timer: Timer;
  resolve(answer: T): void;
  reject(error: Error): void;
}

/** The requests of one connection that wait for an answer; each is settled once, by who is first. */
export class PendingRequests<T> {
  readonly #clock: Clock;
  readonly #unanswered: (subject: string) => void;
  readonly #pending = new Map<string, Pending<T>>();
  #last = 0;

  /** `unanswered` is told of each request to which no answer came in time. */
  constructor(clock: Clock, unanswered: (subject: string) => void) {
    this.#clock = clock;
    this.#unanswered = unanswered;
  }

  /** Calls `send` with the request's id; rejects with what it throws, or with RequestTimeout. */
  begin(subject: string, timeoutMs: number, send: (id: string) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= requestsInFlightMax) {
        throw new BusUnavailable(`${requestsInFlightMax} requests wait for an answer already`);
      }
      this.#last += 1;
      const id = this.#last.toString(36);
      const timer = this.#clock.setTimer(timeoutMs, () => {
        this.reject(id, new RequestTimeout(`no reply on ${subject} within ${timeoutMs} ms`));
        this.#unanswered(subject);
      });
      this.#pending.set(id, { subject, timer, resolve, reject });
      try {
        send(id);
      } catch (error) {
        this.reject(id, error as Error);
      }
    });
  }

  /** Does nothing if the request has ended: the answer is late, or the second one. */
  resolve(id: string, answer: T): void {
    this.#take(id)?.resolve(answer);
  }

  reject(id: string, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** The subject of a request that still waits. */
  subject(id: string): string | null {
    return this.#pending.get(id)?.subject ?? null;
  }

  /** Rejects those on one subject. */
  rejectOn(subject: string, error: Error): void {
    for (const [id, pending] of this.#pending) {
      if (pending.subject === subject) this.reject(id, error);
    }
  }

  /** The connection is gone: what was sent may have been delivered, and no answer will come. */
  rejectAll(): void {
    for (const [id, { subject }] of this.#pending) {
      this.reject(id, new RequestTimeout(`the connection broke while ${subject} was unanswered`));
    }
  }

  /** The process is dead: nothing settles any more. */
  forgetAll(): void {
    for (const { timer } of this.#pending.values()) this.#clock.clearTimer(timer);
    this.#pending.clear();
  }

  #take(id: string): Pending<T> | null {
    const pending = this.#pending.get(id);
    if (pending === undefined) return null;
    this.#pending.delete(id);
    this.#clock.clearTimer(pending.timer);
    return pending;
  }
}
