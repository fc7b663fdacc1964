import type { DeviceNotice } from '../contract/driver.ts';

type Tell = (notice: DeviceNotice) => void;

/** Tells the watchers of load balancers at once what their own looks would find late, or never. */
export class Alarm {
  readonly #listeners = new Map<string, Set<Tell>>();

  /** Until the returned function is called. */
  listen(id: string, tell: Tell): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(tell));
    return () => {
      listeners.delete(tell);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  raise(id: string, notice: DeviceNotice): void {
    for (const tell of this.#listeners.get(id) ?? []) tell(notice);
  }
}
