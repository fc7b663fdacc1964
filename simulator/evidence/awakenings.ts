import { vmSuspend } from '../faults/vm-suspend.ts';
import type { WorldEvent } from '../world/events.ts';

/**
 * When each agent went on that had been suspended together with its clock: for as long as a lease, it may believe
 * that it still has the one from before.
 */
export class Awakenings {
  readonly #wokeMs = new Map<string, number>();

  note(event: WorldEvent, atMs: number): void {
    if (event.type !== 'fault' || event.kind !== vmSuspend.name || event.phase !== 'ends') return;
    this.#wokeMs.set(event.target, atMs);
  }

  /** When it woke last; long ago where it never was suspended. */
  wokeMs(agent: string): number {
    return this.#wokeMs.get(agent) ?? Number.NEGATIVE_INFINITY;
  }
}
