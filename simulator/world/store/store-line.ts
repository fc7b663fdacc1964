import type { Silence } from '../silence.ts';
import type { VirtualWatch } from './virtual-watch.ts';

/** How one process sees a bucket, and what is wrong with that. */
export class StoreLine {
  readonly watches = new Set<VirtualWatch>();
  /** Its reads are answered by somebody who is this far behind. */
  staleMs = 0;
  #lagMs = 0;
  #blind = false;
  #connected = true;
  #breaks = 0;
  #silence: Silence | null = null;
  readonly #unanswered = new Set<() => void>();

  get connected(): boolean {
    return this.#connected;
  }

  /** Grows whenever the connection breaks: what is under way by then gets no answer. */
  get breaks(): number {
    return this.#breaks;
  }

  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#breaks += 1;
    this.#silence = null;
    for (const watch of this.watches) watch.interrupt();
    for (const end of this.#unanswered) end();
    this.#unanswered.clear();
  }

  connect(): void {
    if (this.#connected) return;
    this.#connected = true;
    // A watch of a new connection is a new one on the server.
    this.#blind = false;
    this.#resume();
  }

  /** Do its watches know all that was written until it was connected? */
  get current(): boolean {
    for (const watch of this.watches) if (!watch.current) return false;
    return true;
  }

  /** Its watches hear of everything this much later. */
  get lagMs(): number {
    return this.#lagMs;
  }

  lag(lagMs: number): void {
    const isLess = lagMs < this.#lagMs;
    this.#lagMs = lagMs;
    if (isLess) for (const watch of this.watches) watch.hurry();
  }

  /** Does anything get through to its watches? */
  get sees(): boolean {
    return this.#connected && !this.#blind && this.#silence === null;
  }

  /** Nothing passes, and nobody knows: neither answers come, nor is anything told. Null where all is well. */
  get silence(): Silence | null {
    return this.#silence;
  }

  fallSilent(silence: Silence): void {
    if (this.#connected) this.#silence = silence;
  }

  /** What was asked meanwhile stays unanswered. */
  speak(): void {
    if (this.#silence === null) return;
    this.#silence = null;
    this.#resume();
  }

  /** Calls once when the connection breaks, unless the function that it gives back was called before. */
  onBreak(run: () => void): () => void {
    const end = (): void => run();
    this.#unanswered.add(end);
    return () => void this.#unanswered.delete(end);
  }

  /** Its watches hear nothing, and do not know that. */
  goBlind(): void {
    this.#blind = true;
  }

  /** They go on behind the last that they heard of. */
  see(): void {
    if (!this.#blind) return;
    this.#blind = false;
    this.#resume();
  }

  /** Its watches are told again what changed in so many revisions. */
  repeat(revisions: number): void {
    for (const watch of this.watches) watch.repeat(revisions);
  }

  #resume(): void {
    if (!this.sees) return;
    for (const watch of this.watches) watch.resume();
  }
}
