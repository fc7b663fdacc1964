/** Since when agents hold less than they may, by what is on record. */
export class Room {
  readonly #capacity: number;
  readonly #holders = new Map<string, string>();
  readonly #held = new Map<string, number>();
  readonly #sinceMs = new Map<string, number>();

  constructor(capacity: number | null) {
    this.#capacity = capacity ?? Infinity;
  }

  /** A load balancer is held by this agent now; null: by nobody. */
  note(id: string, agent: string | null, atMs: number): void {
    const before = this.#holders.get(id) ?? null;
    if (before === agent) return;
    if (before !== null) this.#count(before, -1, atMs);
    if (agent === null) this.#holders.delete(id);
    else {
      this.#holders.set(id, agent);
      this.#count(agent, 1, atMs);
    }
  }

  /** Infinity: it has none. */
  sinceMs(agent: string): number {
    const isFull = (this.#held.get(agent) ?? 0) >= this.#capacity;
    return isFull ? Infinity : (this.#sinceMs.get(agent) ?? 0);
  }

  #count(agent: string, by: number, atMs: number): void {
    const held = (this.#held.get(agent) ?? 0) + by;
    this.#held.set(agent, held);
    if (held === this.#capacity - 1 && by < 0) this.#sinceMs.set(agent, atMs);
  }
}
