import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { CommitOptions } from './commit.ts';
import type { Limiter } from './limiter.ts';
import type { XStateClock } from './xstate-clock.ts';

/** What every actor of a host shares. */
export interface HostServices {
  readonly clock: Clock;
  readonly xstateClock: XStateClock;
  readonly log: Log;
  readonly limiter: Limiter;
  readonly commitOptions: CommitOptions;
  readonly restartMs: number;
  readonly restartMaxMs: number;
  readonly counters: { crashes: number };
  nextWriteId(): string;
  /** The actor's condition is another one. */
  changed(id: string): void;
}
