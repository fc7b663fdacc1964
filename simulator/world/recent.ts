/** Longer than any reader is behind, and than any write waits to be on disk. */
export const rememberedMs = 60_000;

/** What has happened a while ago, oldest first: what is older than `rememberedMs` is forgotten. */
export class Recent<T extends { readonly atMs: number }> {
  #all: T[] = [];

  note(past: T): void {
    const oldestMs = past.atMs - rememberedMs;
    const first = this.#all.findIndex(({ atMs }) => atMs >= oldestMs);
    if (first !== 0) this.#all.splice(0, first < 0 ? this.#all.length : first);
    this.#all.push(past);
  }

  /** The oldest one of these. */
  first(isOne: (past: T) => boolean): T | undefined {
    return this.#all.find(isOne);
  }

  /** Takes these out, and gives them, the newest first. */
  forget(isLost: (past: T) => boolean): readonly T[] {
    const lost = this.#all.filter(isLost);
    if (lost.length > 0) this.#all = this.#all.filter((past) => !isLost(past));
    return lost.toReversed();
  }
}
