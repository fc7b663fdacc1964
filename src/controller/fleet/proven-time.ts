import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { Bus, Subscription } from '../../ports/bus.ts';

/** How well a controller has heard so far. */
export interface Hearing {
  /** Milliseconds of good hearing so far. */
  readonly nowMs: number;
  /** How often it was not proven, for however long: whoever was deaf may have missed anything. */
  readonly gaps: number;
}

/**
 * A clock that runs only while this process runs on time and its own connection is proven good. A
 * judge measures silence on it: an agent must not seem silent because its judge was deaf, or asleep.
 */
export class ProvenTime implements Hearing {
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #tickMs: number;
  readonly #lateMs: number;
  #provenMs = 0;
  #gaps = 0;
  /** When the newest ping that was answered was sent. */
  #answered: { readonly atMs: number; readonly wallMs: number } | null = null;
  /** When the stretch that is not proven yet began; null while the connection is bad. */
  #sinceMs: number | null = null;
  #timer: Timer | null = null;
  #status: Subscription | null = null;
  #stopped = false;
  readonly #onTick: () => void;

  constructor(options: {
    readonly clock: Clock;
    readonly bus: Bus;
    readonly log: Log;
    readonly timings: Timings;
    /** Called after each proven stretch. */
    readonly onTick: () => void;
  }) {
    const { clock, bus, log, timings, onTick } = options;
    this.#clock = clock;
    this.#bus = bus;
    this.#log = log;
    this.#onTick = onTick;
    this.#tickMs = timings.heartbeatMs / 4;
    this.#lateMs = timings.heartbeatMs;
  }

  get nowMs(): number {
    return this.#provenMs;
  }

  get gaps(): number {
    return this.#gaps;
  }

  /**
   * How long what arrives now may have waited on its way: what comes by one connection comes in order, so it was sent after
   * the newest ping that was answered. By the clock that ran on, where this host was suspended.
   */
  get waitedMaxMs(): number {
    if (this.#answered === null) return 0;
    const { atMs, wallMs } = this.#answered;
    return Math.max(this.#clock.monotonicMs() - atMs, this.#clock.wallMs() - wallMs);
  }

  start(): void {
    this.#sinceMs = this.#clock.monotonicMs();
    this.#answered = this.#now();
    this.#status = this.#bus.onStatus((status) => {
      if (status !== 'connected') this.#sinceMs = null;
    });
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#status?.unsubscribe();
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
  }

  #now() {
    return { atMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(this.#tickMs, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    const since = this.#sinceMs;
    const sent = this.#now();
    try {
      await this.#bus.ping(this.#lateMs);
      this.#answered = sent;
      const now = this.#clock.monotonicMs();
      const stretchMs = since === null ? null : now - since;
      if (this.#sinceMs === null || stretchMs === null) this.#gaps += 1;
      else if (stretchMs > this.#tickMs + this.#lateMs) {
        this.#log.warn(
          { stretchMs },
          'this process was held up; the silence meanwhile does not count',
        );
        this.#gaps += 1;
      } else this.#provenMs += stretchMs;
      this.#sinceMs = now;
    } catch (error) {
      this.#sinceMs = null;
      this.#log.debug({ error: String(error) }, 'the connection to NATS is not proven good');
    }
    if (this.#stopped) return;
    this.#onTick();
    this.#schedule();
  }
}
