/** Tells the watchers of load balancers at once what their own looks would find late, or never. */
export class Alarm {
  readonly #listeners = new Map<string, Set<(reason: string) => void>>();

  /** Until the returned function is called. */
  listen(id: string, tell: (reason: string) => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(tell));
    return () => {
      listeners.delete(tell);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  raise(id: string, reason: string): void {
    for (const tell of this.#listeners.get(id) ?? []) tell(reason);
  }
}
