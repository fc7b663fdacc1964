import { type Cancellation, Canceller } from '../../machines/ports/cancellation.ts';
import type { Clock, Timer } from '../../machines/ports/clock.ts';

/** A standby that has answered none of its commands for so long has no head start any more. */
export const headStartMs = 500;
/** So many actors are told at once of what has become of them, or all, when the last has been answered. */
export const toldAtOnce = 128;

const over = new Error('the head start is over');

/** Those that one standby takes over, until the last of them was told. */
export class Lane {
  readonly #clock: Clock;
  readonly #tell: (ids: readonly string[]) => void;
  readonly #canceller = new Canceller(over);
  readonly #waiting: Set<string>;
  #arrived: string[] = [];
  #late: Timer | null = null;

  constructor(clock: Clock, ids: readonly string[], tell: (ids: readonly string[]) => void) {
    this.#clock = clock;
    this.#waiting = new Set(ids);
    this.#tell = tell;
    this.#await();
  }

  get signal(): Cancellation {
    return this.#canceller;
  }

  get isOver(): boolean {
    return this.#waiting.size === 0;
  }

  /** It was answered, or never will be. */
  arrived(id: string): void {
    if (!this.#waiting.delete(id)) return;
    this.#arrived.push(id);
    if (this.isOver) this.#end();
    else {
      this.#await();
      if (this.#arrived.length >= toldAtOnce) this.#tell(this.#arrived.splice(0));
    }
  }

  stop(): void {
    this.#arrived = [];
    this.#waiting.clear();
    this.#end();
  }

  #await(): void {
    if (this.#late !== null) this.#clock.clearTimer(this.#late);
    this.#late = this.#clock.setTimer(headStartMs, () => {
      this.#arrived.push(...this.#waiting);
      this.#waiting.clear();
      this.#end();
    });
  }

  #end(): void {
    if (this.#late !== null) this.#clock.clearTimer(this.#late);
    this.#late = null;
    this.#canceller.abort();
    this.#tell(this.#arrived.splice(0));
  }
}
