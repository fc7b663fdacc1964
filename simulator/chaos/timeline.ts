import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Observer, WorldEvent } from '../world/events.ts';

/** What happens in a run of real processes, for the same observers that look at virtual worlds. */
export class Timeline {
  readonly #observers: Observer[] = [];
  readonly #beganMs = systemClock.wallMs();

  get nowMs(): number {
    return this.at(systemClock.wallMs());
  }

  /** Milliseconds since the beginning of the run, from wall time, which all processes here read alike. */
  at(wallMs: number): number {
    return Math.max(0, wallMs - this.#beganMs);
  }

  observe(observer: Observer): void {
    this.#observers.push(observer);
  }

  emit(event: WorldEvent, atMs = this.nowMs): void {
    for (const observer of this.#observers) observer(event, atMs);
  }
}
