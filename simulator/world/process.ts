/**
 * Moments at which a process that dies leaves a record, an effect or an answer undone: just before a
 * write leaves; when it hears that the write is committed; and when an effect has happened, before
 * anything could note that.
 */
export type PersistencePoint = 'before-persist' | 'after-persist' | 'after-effect';
export const persistencePoints: readonly PersistencePoint[] = [
  'before-persist',
  'after-persist',
  'after-effect',
];

/** Schedules a piece of the process's own work after this many milliseconds. */
type Later = (delayMs: number, run: () => void) => void;

/**
 * A virtual process. Everything that reaches its code from outside (timers, messages, answers) comes
 * through {@link deliver}, so that it can be killed, held up and slowed down at any moment.
 */
export class VirtualProcess {
  readonly name: string;
  readonly #later: Later;
  readonly #held: (() => void)[] = [];
  readonly #mourners = new Set<() => void>();
  #state: 'running' | 'paused' | 'working off' | 'idle' | 'dead' = 'running';
  /** How long each piece of work takes; null on a host that is fast enough to take no time. */
  #paceMs: (() => number) | null = null;
  #turn = 0;
  #doom: ((point: PersistencePoint) => void) | null = null;

  constructor(name: string, later: Later) {
    this.name = name;
    this.#later = later;
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  deliver(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state !== 'dead') {
      this.#held.push(run);
      if (this.#state === 'idle') this.#workOff();
    }
  }

  /**
   * A promise that is settled in this process: not while it is held up, never when it is dead. Where
   * it is fulfilled, the process is at that point.
   */
  settle<T>(work: Promise<T>, point: PersistencePoint | null = null): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(
        (value) =>
          this.deliver(() => {
            if (point === null || this.survives(point)) resolve(value);
          }),
        (error: unknown) =>
          this.deliver(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  /** As SIGSTOP, or a long garbage collection: time goes on, its code does not. */
  pause(): void {
    if (this.alive) this.#state = 'paused';
  }

  /** What came meanwhile is handled one by one, in order, before anything newer. */
  resume(): void {
    if (this.#state === 'paused') this.#workOff();
  }

  /** Everything takes its time from now on, one piece after the other; null ends that. */
  slowDown(paceMs: (() => number) | null): void {
    this.#paceMs = paceMs;
    if (this.#state === 'running' && paceMs !== null) this.#state = 'idle';
    else if (this.#state === 'idle' && paceMs === null) this.#state = 'running';
  }

  /** As kill -9: what it had sent is sent, nothing else will ever happen in it. */
  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#held.length = 0;
    for (const mourn of this.#mourners) mourn();
  }

  /** Calls `run` when the process dies, unless the function that it gives back was called before. */
  onDeath(run: () => void): () => void {
    const mourn = (): void => run();
    this.#mourners.add(mourn);
    return () => this.#mourners.delete(mourn);
  }

  /** Lets `doom` know of each persistence point: it may kill the process at that very moment. */
  watchPoints(doom: ((point: PersistencePoint) => void) | null): void {
    this.#doom = doom;
  }

  get isWatched(): boolean {
    return this.#doom !== null;
  }

  /** The process is at this point; false where it does not survive that. */
  survives(point: PersistencePoint): boolean {
    this.#doom?.(point);
    return this.alive;
  }

  #workOff(): void {
    this.#state = 'working off';
    this.#turn += 1;
    const turn = this.#turn;
    this.#later(this.#paceMs?.() ?? 0, () => {
      if (this.#isOff(turn)) return;
      this.#held.shift()?.();
      // What it did may have stopped or killed it.
      if (this.#isOff(turn)) return;
      if (this.#held.length > 0) this.#workOff();
      else this.#state = this.#paceMs === null ? 'running' : 'idle';
    });
  }

  #isOff(turn: number): boolean {
    return this.#state !== 'working off' || turn !== this.#turn;
  }
}
