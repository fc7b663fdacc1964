import type { Observer } from './events.ts';

interface Standing {
  newestEpoch: number;
  epoch: number;
  sinceMs: number;
}

/**
 * How long the content of a stale epoch stood on a device although a newer one had been accepted: what
 * a fence that reads its marker and writes a moment later can't prevent, and what is put right once the
 * newer holder reads back what it wrote.
 */
export class Exposure {
  readonly #standing = new Map<string, Standing>();
  #ms = 0;

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'forgot') {
      this.#settle(`${event.place} ${event.loadBalancer}`, atMs);
      this.#standing.delete(`${event.place} ${event.loadBalancer}`);
    } else if (event.type === 'device' && event.entry.kind !== 'refused') {
      const { lb, epoch } = event.entry;
      const key = `${event.place} ${lb}`;
      this.#settle(key, atMs);
      const newestEpoch = Math.max(epoch, this.#standing.get(key)?.newestEpoch ?? 0);
      this.#standing.set(key, { newestEpoch, epoch, sinceMs: atMs });
    }
  };

  totalMs(nowMs: number): number {
    for (const key of this.#standing.keys()) this.#settle(key, nowMs);
    return this.#ms;
  }

  #settle(key: string, nowMs: number): void {
    const standing = this.#standing.get(key);
    if (standing === undefined) return;
    if (standing.epoch < standing.newestEpoch) this.#ms += nowMs - standing.sinceMs;
    standing.sinceMs = nowMs;
  }
}
