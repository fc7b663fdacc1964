import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from './driver.ts';
import { DriverError } from './errors.ts';

/** Who wants to hear when a device does not hold any more what was left there. */
export interface Watcher {
  readonly id: string;
  readonly notify: (notice: DeviceNotice) => void;
}

export interface ReadBackOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Looks at the device once, for those who watched when the look began. */
  readonly look: (watchers: readonly Watcher[]) => Promise<void>;
  /** Nobody watches this load balancer any more: it was taken over, or is about to be applied again. */
  readonly unwatched: (id: string) => void;
}

/**
 * Looks at a device again and again, one look after the other, while anybody wants that: devices do not tell that
 * a person changed them, or that they came up without what they held.
 */
export class ReadBack {
  readonly #options: ReadBackOptions;
  readonly #watchers = new Map<string, Set<Watcher>>();
  /** Others who want looks to be taken. */
  readonly #others = new Set<object>();
  #timer: Timer | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(options: ReadBackOptions) {
    this.#options = options;
  }

  watch(id: string, notify: Watcher['notify']): () => void {
    const watcher: Watcher = { id, notify };
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    this.#arm();
    return () => {
      if (!watchers.delete(watcher) || watchers.size > 0) return;
      this.#watchers.delete(id);
      this.#options.unwatched(id);
      this.#rest();
    };
  }

  /** Has looks taken until the returned function is called, also where nobody watches. */
  want(): () => void {
    const other = {};
    this.#others.add(other);
    this.#arm();
    return () => {
      this.#others.delete(other);
      this.#rest();
    };
  }

  /** Does it still watch? Whoever does not, does not want to hear anything more. */
  isWatching(watcher: Watcher): boolean {
    return this.#watchers.get(watcher.id)?.has(watcher) === true;
  }

  close(): void {
    this.#isClosed = true;
    this.#watchers.clear();
    this.#others.clear();
    this.#rest();
  }

  get #isWanted(): boolean {
    return this.#watchers.size + this.#others.size > 0;
  }

  #arm(): void {
    if (this.#timer !== null || this.#isLooking || this.#isClosed) return;
    const { clock, everyMs, look } = this.#options;
    this.#timer = clock.setTimer(everyMs, () => {
      this.#timer = null;
      this.#isLooking = true;
      look([...this.#watchers.values()].flatMap((each) => [...each]))
        .catch((error: unknown) => {
          // Out of reach, or busy: the next look tells as much.
          if (!(error instanceof DriverError)) throw error;
        })
        .finally(() => {
          this.#isLooking = false;
          if (this.#isWanted) this.#arm();
        });
    });
  }

  #rest(): void {
    if (this.#isWanted || this.#timer === null) return;
    this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
