import type { VirtualWatch } from './virtual-watch.ts';

/** How one process sees a bucket, and what is wrong with that. */
export class StoreLine {
  readonly watches = new Set<VirtualWatch>();
  /** Its reads are answered by somebody who is this far behind. */
  staleMs = 0;
  #lagMs = 0;
  #blind = false;

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
    return !this.#blind;
  }

  /** Its watches hear nothing, and do not know that. */
  goBlind(): void {
    this.#blind = true;
  }

  /** They go on behind the last that they heard of. */
  see(): void {
    if (!this.#blind) return;
    this.#blind = false;
    for (const watch of this.watches) watch.resume();
  }

  /** Its watches are told again what changed in so many revisions. */
  repeat(revisions: number): void {
    for (const watch of this.watches) watch.repeat(revisions);
  }
}
