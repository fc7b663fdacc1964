import { Canceller, type Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../machines/ports/clock.ts';

const ended = new Error('the rest has ended');

/** Ends somebody's rest early; one that comes while nobody rests is kept for the next rest. */
export class Nudge {
  #isDue = false;
  #resting = new Canceller(ended);

  give(): void {
    this.#isDue = true;
    this.#resting.abort();
  }

  /** True where it was ended by a nudge, and not by the time or by the signal. */
  async rest(clock: Clock, forMs: number, signal: Cancellation): Promise<boolean> {
    // Of two that rest, the one that has been ended must not be taken for the other.
    if (signal.aborted) return false;
    const resting = new Canceller(ended);
    this.#resting = resting;
    const end = (): void => resting.abort();
    signal.addEventListener('abort', end);
    if (!this.#isDue) await pause(clock, forMs, resting);
    signal.removeEventListener('abort', end);
    const isDue = this.#isDue && !signal.aborted;
    if (isDue) this.#isDue = false;
    return isDue;
  }
}
