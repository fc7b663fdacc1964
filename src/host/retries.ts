import { Canceller, type Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, delay, pause } from '../../machines/ports/clock.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';

export interface RetriesOptions {
  readonly clock: Clock;
  /** How long it is waited after the first failure; longer after each of the next, up to the most. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Ends all attempts. */
  readonly signal: Cancellation;
}

const answered = new Error('the store answers');

/**
 * Where those wait whom a store has not answered. Each waits longer and longer, and all of them until one is answered:
 * what they have to write may be what nobody else knows, and whoever comes first then decides without it.
 */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #resting = new Set<Canceller>();
  #answers = 0;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  get signal(): Cancellation {
    return this.#options.signal;
  }

  /** Resolves when it may be tried once more, after so many failures before this one; rejects with the signal's reason. */
  async rest(failures: number): Promise<void> {
    const { clock, retryMs, retryMaxMs, signal } = this.#options;
    const answers = this.#answers;
    await delay(clock, Math.min(retryMs, retryMaxMs), signal);
    const leftMs = backoffMs(failures, retryMs, retryMaxMs) - retryMs;
    // One that fails while others are answered is not tried more often for that than after a first failure.
    if (leftMs > 0 && answers === this.#answers) await this.#untilAnswered(leftMs);
  }

  /** The store has answered somebody. */
  answered(): void {
    this.#answers += 1;
    for (const resting of [...this.#resting]) resting.abort();
  }

  async #untilAnswered(mostMs: number): Promise<void> {
    const { clock, signal } = this.#options;
    const resting = new Canceller(answered);
    const end = (): void => resting.abort();
    this.#resting.add(resting);
    signal.addEventListener('abort', end);
    await pause(clock, mostMs, resting);
    signal.removeEventListener('abort', end);
    this.#resting.delete(resting);
    if (signal.aborted) throw signal.reason;
  }
}
