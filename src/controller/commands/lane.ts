import { type Cancellation, Canceller } from '../../../machines/ports/cancellation.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';

/** A standby that has answered none of its commands for so long has no head start any more. */
export const headStartMs = 500;
/**
 * So long may an actor be left alone whose standby has answered: what is still unserved comes first, and all that
 * actors do with an answer is to put it on record.
 */
export const untoldMostMs = 5_000;

const over = new Error('the head start is over');

/** Those that one standby takes over, until the last of them was told. */
export class Lane {
  readonly #clock: Clock;
  readonly #tell: (ids: readonly string[]) => void;
  readonly #canceller = new Canceller(over);
  readonly #waiting: Set<string>;
  readonly #arrived = new Set<string>();
  /** Runs until the standby counts as silent. */
  #silence: Timer | null = null;
  /** Runs from the first one that has arrived and was not told. */
  #patience: Timer | null = null;

  constructor(clock: Clock, ids: readonly string[], tell: (ids: readonly string[]) => void) {
    this.#clock = clock;
    this.#waiting = new Set(ids);
    this.#tell = tell;
    this.#listen();
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
    this.#arrived.add(id);
    if (this.isOver) {
      this.#end();
      return;
    }
    this.#listen();
    this.#patience ??= this.#clock.setTimer(untoldMostMs, () => {
      this.#patience = null;
      this.#tellArrived();
    });
  }

  /** Somebody waits for this one's actor. */
  hurry(id: string): void {
    if (this.#arrived.delete(id)) this.#tell([id]);
  }

  stop(): void {
    this.#arrived.clear();
    this.#waiting.clear();
    this.#end();
  }

  #listen(): void {
    if (this.#silence !== null) this.#clock.clearTimer(this.#silence);
    this.#silence = this.#clock.setTimer(headStartMs, () => {
      for (const id of this.#waiting) this.#arrived.add(id);
      this.#waiting.clear();
      this.#end();
    });
  }

  #end(): void {
    for (const timer of [this.#silence, this.#patience]) {
      if (timer !== null) this.#clock.clearTimer(timer);
    }
    this.#silence = null;
    this.#patience = null;
    this.#canceller.abort();
    this.#tellArrived();
  }

  #tellArrived(): void {
    const arrived = [...this.#arrived];
    this.#arrived.clear();
    if (arrived.length > 0) this.#tell(arrived);
  }
}
