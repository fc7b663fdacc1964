import type { Timer } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';

const everyMs = 50;
/** From here on it is told. */
const longMs = 500;

/**
 * When this process could not run on time: its clients and its backends stood still then, too, and whoever
 * looks for the cause of a failure has to know.
 */
export class HoldUps {
  readonly #seen: string[] = [];
  #timer: Timer;

  constructor() {
    this.#timer = this.#look();
  }

  words(): readonly string[] {
    return this.#seen;
  }

  stop(): void {
    systemClock.clearTimer(this.#timer);
  }

  #look(): Timer {
    const sinceMs = systemClock.monotonicMs();
    return systemClock.setTimer(everyMs, () => {
      const nowMs = systemClock.monotonicMs();
      const lateMs = Math.round(nowMs - sinceMs - everyMs);
      if (lateMs >= longMs) {
        this.#seen.push(`this process was held up for ${lateMs} ms until ${Math.round(nowMs)}`);
      }
      this.#timer = this.#look();
    });
  }
}
