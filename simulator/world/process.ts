/**
 * A virtual process. Everything that reaches its code from outside (timers, messages, answers) comes
 * through {@link deliver}, so that it can be killed and held up at any moment.
 */
export class VirtualProcess {
  readonly name: string;
  /** Schedules a piece of its own work right after what happens now. */
  readonly #soon: (run: () => void) => void;
  readonly #held: (() => void)[] = [];
  readonly #mourners: (() => void)[] = [];
  #state: 'running' | 'paused' | 'catching up' | 'dead' = 'running';

  constructor(name: string, soon: (run: () => void) => void) {
    this.name = name;
    this.#soon = soon;
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  deliver(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state !== 'dead') this.#held.push(run);
  }

  /** A promise that is settled in this process: not while it is held up, never when it is dead. */
  settle<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(
        (value) => this.deliver(() => resolve(value)),
        (error: unknown) =>
          this.deliver(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  /** As SIGSTOP, or a long garbage collection: time goes on, its code does not. */
  pause(): void {
    if (this.#state === 'running' || this.#state === 'catching up') this.#state = 'paused';
  }

  /** What came meanwhile is handled one by one, in order, before anything newer. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'catching up';
    this.#catchUp();
  }

  /** As kill -9: what it had sent is sent, nothing else will ever happen in it. */
  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#held.length = 0;
    for (const mourn of this.#mourners) mourn();
  }

  onDeath(run: () => void): void {
    this.#mourners.push(run);
  }

  #catchUp(): void {
    this.#soon(() => {
      if (this.#state !== 'catching up') return;
      this.#held.shift()?.();
      if (this.#held.length === 0) this.#state = 'running';
      else this.#catchUp();
    });
  }
}
