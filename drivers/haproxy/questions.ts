import type { Timer } from '../../machines/ports/clock.ts';
import { type Host, siteOf } from './host.ts';
import { isAlive } from './proc.ts';
import { parseShowStat, type StatRow } from './show-stat.ts';
import type { Running } from './site.ts';
import { ask } from './stats-socket.ts';

/** How many processes are asked at once; the others wait for their turn. */
export const questionsAtOnceMax = 8;
/** How many are asked within one window: so many processes can be watched at the full pace. */
export const questionsPerWindowMax = 50;
export const windowMs = 100;

/** What came of asking a load balancer's process once. */
export interface Answer {
  /** The process that was asked; null where there was none. */
  readonly running: Running | null;
  /** Null where it gave no answer in time. */
  readonly rows: readonly StatRow[] | null;
}

type Listener = (answer: Answer) => void;

interface Asked {
  readonly listeners: Set<Listener>;
  timer: Timer | null;
  isQueued: boolean;
}

/**
 * Asks the processes of watched load balancers for their statistics, each again and again. However many
 * they are, no more than so many are asked at once and within a moment; with more, each is asked less often.
 */
export class Questions {
  readonly #host: Host;
  readonly #asked = new Map<string, Asked>();
  #queue: string[] = [];
  #atOnce = 0;
  #window = { fromMs: 0, questions: 0 };
  #pause: Timer | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Tells of each answer until the returned function is called; the first question is asked soon. */
  listen(id: string, listener: Listener): () => void {
    let asked = this.#asked.get(id);
    if (asked === undefined) {
      asked = { listeners: new Set(), timer: null, isQueued: false };
      this.#asked.set(id, asked);
      this.#enqueue(id, asked);
    }
    const { listeners } = asked;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#asked.get(id)?.listeners === listeners) this.#forget(id);
    };
  }

  close(): void {
    for (const id of [...this.#asked.keys()]) this.#forget(id);
    if (this.#pause !== null) this.#host.clock.clearTimer(this.#pause);
    this.#pause = null;
  }

  #forget(id: string): void {
    const timer = this.#asked.get(id)?.timer ?? null;
    if (timer !== null) this.#host.clock.clearTimer(timer);
    this.#asked.delete(id);
  }

  #enqueue(id: string, asked: Asked): void {
    asked.timer = null;
    asked.isQueued = true;
    this.#queue.push(id);
    this.#proceed();
  }

  #proceed(): void {
    if (this.#pause !== null) return;
    const { clock } = this.#host;
    while (this.#queue.length > 0 && this.#atOnce < questionsAtOnceMax) {
      const now = clock.monotonicMs();
      const passedMs = now - this.#window.fromMs;
      if (passedMs >= windowMs) this.#window = { fromMs: now, questions: 0 };
      else if (this.#window.questions >= questionsPerWindowMax) {
        this.#pause = clock.setTimer(Math.ceil(windowMs - passedMs), () => {
          this.#pause = null;
          this.#proceed();
        });
        return;
      }
      const id = this.#queue.shift() as string;
      const asked = this.#asked.get(id);
      // It may have been given up, and watched anew, while it stood in the queue.
      if (asked?.isQueued !== true) continue;
      asked.isQueued = false;
      this.#window.questions += 1;
      this.#ask(id, asked);
    }
  }

  #ask(id: string, asked: Asked): void {
    const { clock, log, options } = this.#host;
    this.#atOnce += 1;
    this.#answer(id)
      .then((answer) => {
        for (const listener of [...asked.listeners]) listener(answer);
      })
      .catch((error: unknown) => {
        log.warn({ lb: id, error: String(error) }, 'can not read the statistics of a process');
      })
      .finally(() => {
        this.#atOnce -= 1;
        // After each answer it waits anew, so that slow ones never pile up.
        if (this.#asked.get(id) === asked) {
          asked.timer = clock.setTimer(options.statusPollMs, () => this.#enqueue(id, asked));
        }
        this.#proceed();
      });
  }

  async #answer(id: string): Promise<Answer> {
    const { clock, options } = this.#host;
    const site = siteOf(this.#host, id);
    const running = site.running();
    if (running === null) return { running, rows: null };
    const csv = await ask(site.directory, 'show stat', {
      clock,
      timeoutMs: options.socketTimeoutMs,
    });
    // One that was replaced meanwhile may be answered for by its successor.
    if (csv === null && !isAlive(running)) return { running: null, rows: null };
    return { running, rows: csv === null ? null : parseShowStat(csv) };
  }
}
