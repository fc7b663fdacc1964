import type { Clock, Timer } from '../../machines/ports/clock.ts';

/** Puts a write off for a while, because nobody waits for it, and what comes next may make it needless. */
export class Patience {
  readonly #clock: Clock;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Is it put off? Then `due` is called at the end, which is counted from the first time that it was. */
  lasts(patienceMs: number, due: () => void): boolean {
    if (patienceMs === 0) return false;
    this.#timer ??= this.#clock.setTimer(patienceMs, () => {
      this.#timer = null;
      due();
    });
    return true;
  }

  end(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
