import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { ProbeResult } from './driver.ts';
import { DriverError, RetryableError } from './errors.ts';
import { restMs } from './retry-after.ts';

export interface CircuitLimits {
  /** So many calls in a row without an answer open the circuit. */
  readonly unansweredMax: number;
  /**
   * So many calls are with the device at once, and one where the last was not answered; the others wait, and fail if
   * the circuit opens meanwhile.
   */
  readonly callsAtOnceMax: number;
  /** The time until a trial, of which up to a half is left out by chance: at first, and at most. */
  readonly trialFromMs: number;
  readonly trialMostMs: number;
}

export const circuitLimits: CircuitLimits = {
  unansweredMax: 5,
  callsAtOnceMax: 8,
  trialFromMs: 1_000,
  trialMostMs: 30_000,
};

export type CircuitState =
  | { readonly isOpen: false }
  | {
      readonly isOpen: true;
      /** Since when no call was let through, as a time of day. */
      readonly sinceMs: number;
      /** The last that was heard of the device, or from it. */
      readonly words: string;
      /** When the next trial is, as a time of day. */
      readonly trialAtMs: number;
    };

export interface CircuitOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: Partial<CircuitLimits>;
}

interface Open {
  readonly sinceMs: number;
  words: string;
  /** By the wall, for people. */
  trialAtMs: number;
  /** By the clock that never jumps. */
  dueMs: number;
  /** Did the device itself ask to be left alone? Then that some call is answered meanwhile ends nothing. */
  isAsked: boolean;
  /** While a trial is under way. */
  trial: Promise<ProbeResult> | null;
}

interface Waiting {
  readonly pass: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Stands between an agent and one device. A device that has not answered several calls in a row, or that asks to
 * be left alone, is not called any more, by none of its load balancers: after a while one trial is made, and when
 * that succeeds, calls go again: one by one until the first of them is answered.
 */
export class CircuitBreaker {
  readonly #options: CircuitOptions;
  readonly #limits: CircuitLimits;
  readonly #probe: () => Promise<ProbeResult>;
  readonly #listeners = new Set<(state: CircuitState) => void>();
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #unanswered = 0;
  /** Trials since a call was last answered. */
  #trials = 0;
  /** A trial has succeeded, and no call was answered since. */
  #isOnProbation = false;
  #open: Open | null = null;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(probe: () => Promise<ProbeResult>, options: CircuitOptions) {
    this.#probe = probe;
    this.#options = options;
    this.#limits = { ...circuitLimits, ...options.limits };
  }

  get state(): CircuitState {
    if (this.#open === null) return { isOpen: false };
    const { sinceMs, words, trialAtMs } = this.#open;
    return { isOpen: true, sinceMs, words, trialAtMs };
  }

  /** Tells when the circuit opens and when it closes, until the returned function is called. */
  onChange(listener: (state: CircuitState) => void): () => void {
    const own = (state: CircuitState): void => listener(state);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Lets the call through when it is its turn; throws RetryableError at once while the circuit is open. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#mayPass()) this.#running += 1;
    else await this.#turn();
    try {
      const result = await call();
      this.#answered();
      return result;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#running -= 1;
      this.#goOn();
    }
  }

  /**
   * Whether the device can be reached. While the circuit is open, this is the trial, whenever it comes; a device
   * that asks to be left alone is left alone, and has answered.
   */
  async probe(): Promise<ProbeResult> {
    if (this.#open !== null) {
      if (this.#open.trial !== null) return this.#open.trial;
      const open = this.#open;
      if (open.isAsked) return { reachable: true, detail: this.#refusal(open).message };
      this.#disarm();
      open.trial = this.#try(open);
      return open.trial;
    }
    const result = await this.#probe();
    if (result.reachable) this.#unanswered = 0;
    else this.#unansweredBy(result.reason, result.retryAfterMs ?? null);
    return result;
  }

  /** Makes no further trial, and lets nobody wait. */
  stop(): void {
    this.#isStopped = true;
    this.#listeners.clear();
    this.#disarm();
    const ending = new RetryableError('its driver is closed', { reach: 'not asked' });
    for (const { fail } of this.#waiting.splice(0)) fail(ending);
  }

  #mayPass(): boolean {
    return this.#open === null && this.#places > 0 && this.#waiting.length === 0;
  }

  get #places(): number {
    const isDoubtful = this.#isOnProbation || this.#unanswered > 0;
    return (isDoubtful ? 1 : this.#limits.callsAtOnceMax) - this.#running;
  }

  /** Resolves once the call has a place. */
  #turn(): Promise<void> {
    if (this.#open !== null && this.#open.trial === null) throw this.#refusal(this.#open);
    return new Promise((pass, fail) => {
      this.#waiting.push({ pass, fail });
    });
  }

  /** Sends on who waits: to the device, as many as may go; or away, where the circuit is open. */
  #goOn(): void {
    if (this.#open !== null) {
      if (this.#open.trial !== null) return;
      const refusal = this.#refusal(this.#open);
      for (const { fail } of this.#waiting.splice(0)) fail(refusal);
      return;
    }
    for (const { pass } of this.#waiting.splice(0, Math.max(0, this.#places))) {
      this.#running += 1;
      pass();
    }
  }

  #answered(): void {
    if (this.#open?.isAsked === true) return;
    this.#unanswered = 0;
    this.#trials = 0;
    this.#isOnProbation = false;
    // One that was under way when the circuit opened: no trial could tell more.
    if (this.#open !== null) this.#shut();
  }

  #failed(error: unknown): void {
    // A bug tells nothing of the device.
    if (!(error instanceof DriverError) || error.reach === 'not asked') return;
    if (error.reach === 'answers') {
      this.#answered();
      return;
    }
    this.#unansweredBy(error.message, error.retryAfterMs);
  }

  #unansweredBy(words: string, askedMs: number | null): void {
    this.#unanswered += 1;
    if (this.#open !== null) return;
    const { unansweredMax } = this.#limits;
    if (askedMs === null && !this.#isOnProbation && this.#unanswered < unansweredMax) return;
    const sinceMs = this.#options.clock.wallMs();
    const open = { sinceMs, words, trialAtMs: sinceMs, dueMs: 0, isAsked: false, trial: null };
    this.#open = open;
    this.#planTrial(open, words, askedMs);
    const { trialAtMs } = open;
    this.#options.log.warn({ words, trialAtMs }, 'a device is left alone for now');
    this.#tell();
    this.#goOn();
  }

  #planTrial(open: Open, words: string, askedMs: number | null): void {
    const { clock, random } = this.#options;
    const { trialFromMs, trialMostMs } = this.#limits;
    const mostMs = backoffMs(this.#trials, trialFromMs, trialMostMs);
    const waitMs = restMs(Math.ceil(mostMs * (1 - random.next() / 2)), askedMs);
    this.#trials += 1;
    open.words = words;
    open.isAsked = askedMs !== null;
    open.trialAtMs = clock.wallMs() + waitMs;
    open.dueMs = clock.monotonicMs() + waitMs;
    if (this.#isStopped) return;
    this.#timer = clock.setTimer(waitMs, () => {
      this.#timer = null;
      open.trial = this.#try(open);
    });
  }

  async #try(open: Open): Promise<ProbeResult> {
    const result = await this.#probe().catch((error: unknown): ProbeResult => {
      return { reachable: false, reason: String(error) };
    });
    open.trial = null;
    // A call that was under way has had its answer meanwhile.
    if (this.#open !== open) return result;
    if (result.reachable) {
      this.#isOnProbation = true;
      this.#shut();
    } else {
      this.#planTrial(open, result.reason, result.retryAfterMs ?? null);
      this.#goOn();
    }
    return result;
  }

  #disarm(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #shut(): void {
    const sinceMs = this.#open?.sinceMs ?? null;
    this.#disarm();
    this.#open = null;
    this.#options.log.info({ sinceMs }, 'a device answers again');
    this.#tell();
    this.#goOn();
  }

  #tell(): void {
    const { state } = this;
    for (const listener of [...this.#listeners]) listener(state);
  }

  #refusal({ sinceMs, words, trialAtMs, dueMs }: Open): RetryableError {
    const retryAfterMs = Math.max(0, dueMs - this.#options.clock.monotonicMs());
    const [since, next] = [sinceMs, trialAtMs].map((atMs) => new Date(atMs).toISOString());
    return new RetryableError(
      `the device is left alone since ${since}, and the next try is at ${next}: ${words}`,
      { reach: 'not asked', retryAfterMs },
    );
  }
}
