import type { ProcessIdentity } from './proc.ts';

/** One that was found with a lock in its hands. */
export interface Holder extends ProcessIdentity {
  /** By a signal or a debugger, at the moment when it was looked at. */
  readonly isStopped: boolean;
}

export interface LockPatienceOptions {
  /** How long to wait for a holder that is stopped. */
  readonly lockWaitMs: number;
  /** The most that one operation may take: who holds the lock for longer is stuck too. */
  readonly operationMostMs: number;
}

interface Seen {
  readonly sinceMs: number;
  /** Since when it was stopped at each look; null where it went on at the last one. */
  readonly stoppedMs: number | null;
}

/**
 * Tells which holders of a lock are stuck. One look says nothing: a debugger stops a process for moments. So a holder
 * counts as stopped when it was so at each look during the second half of `lockWaitMs`.
 */
export class LockPatience {
  readonly #options: LockPatienceOptions;
  readonly #startedMs: number;
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(options: LockPatienceOptions, startedMs: number) {
    this.#options = options;
    this.#startedMs = startedMs;
  }

  /** Is it time to look who holds the lock? Before that, nobody is suspected who holds it for one operation. */
  isDue(nowMs: number): boolean {
    return nowMs - this.#startedMs >= this.#options.lockWaitMs / 2;
  }

  /** Of those who hold it now, the ones that will not let go. */
  stuckAmong<H extends Holder>(holders: readonly H[], nowMs: number): readonly H[] {
    const before = this.#seen;
    const seen = new Map(holders.map((each) => [keyOf(each), noted(before, each, nowMs)] as const));
    this.#seen = seen;
    const { lockWaitMs, operationMostMs } = this.#options;
    return holders.filter((each) => {
      const { sinceMs = nowMs, stoppedMs = null } = seen.get(keyOf(each)) ?? {};
      const isStopped = stoppedMs !== null && nowMs - stoppedMs >= lockWaitMs / 2;
      return isStopped || nowMs - sinceMs >= operationMostMs;
    });
  }

  /** Is there nothing left to wait for? */
  isOver(nowMs: number): boolean {
    const { lockWaitMs, operationMostMs } = this.#options;
    return nowMs - this.#startedMs > lockWaitMs + operationMostMs;
  }
}

const keyOf = ({ pid, startTime }: ProcessIdentity): string => `${pid} ${startTime}`;

function noted(before: ReadonlyMap<string, Seen>, holder: Holder, nowMs: number): Seen {
  const { sinceMs = nowMs, stoppedMs = null } = before.get(keyOf(holder)) ?? {};
  return { sinceMs, stoppedMs: holder.isStopped ? (stoppedMs ?? nowMs) : null };
}
