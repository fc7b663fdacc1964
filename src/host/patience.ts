import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { ActorKind } from './actor-kind.ts';

/** How long what is not committed yet may wait, where nobody waits for it. */
export function patienceOf<TContext>(
  kind: ActorKind<TContext>,
  live: TContext | null,
  committed: TContext | null,
): number {
  if (live === null || committed === null) return 0;
  return kind.patienceMs?.(live, committed) ?? 0;
}

/** Puts something off for a while, because what comes next may make it needless. */
export class Patience {
  readonly #clock: Clock;
  #timer: Timer | null = null;
  #isAtAnEnd = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Is it put off? Then `due` is called at the end, which is counted from the first time that it was. */
  lasts(patienceMs: number, due: () => void): boolean {
    if (patienceMs === 0 || this.#isAtAnEnd) {
      this.end();
      return false;
    }
    this.#timer ??= this.#clock.setTimer(patienceMs, () => {
      this.#timer = null;
      due();
    });
    return true;
  }

  /** The next time that it is asked for, it is not put off. */
  urge(): void {
    this.end();
    this.#isAtAnEnd = true;
  }

  end(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#isAtAnEnd = false;
  }
}
