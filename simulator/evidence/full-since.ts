/** Since when agents hold too many; relief that lasts for less than a look takes, nobody sees, and it does not count. */
export class FullSince {
  readonly #lookMs: number;
  readonly #fullSinceMs = new Map<string, number>();
  readonly #relievedSinceMs = new Map<string, number>();

  constructor({ lookMs }: { readonly lookMs: number }) {
    this.#lookMs = lookMs;
  }

  /** To be told at least whenever that has changed. */
  note(agent: string, isFull: boolean, atMs: number): void {
    const relievedSinceMs = this.#relievedSinceMs.get(agent);
    if (!isFull) {
      if (relievedSinceMs === undefined) this.#relievedSinceMs.set(agent, atMs);
      return;
    }
    this.#relievedSinceMs.delete(agent);
    const relievedMs = atMs - (relievedSinceMs ?? atMs);
    if (relievedMs >= this.#lookMs || !this.#fullSinceMs.has(agent)) {
      this.#fullSinceMs.set(agent, atMs);
    }
  }

  /** Null where it does not hold too many now. */
  of(agent: string): number | null {
    return this.#relievedSinceMs.has(agent) ? null : (this.#fullSinceMs.get(agent) ?? null);
  }
}
