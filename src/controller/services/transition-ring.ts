import type { Clock } from '../../../machines/ports/clock.ts';
import type { TransitionEvent, TransitionFeed } from '../../api/services.ts';

/** How many transitions are kept for those who ask later. */
export const transitionsKept = 10_000;

/** The newest transitions of all actors of this controller, in memory. */
export class TransitionRing implements TransitionFeed {
  readonly #clock: Clock;
  #events: TransitionEvent[] = [];
  readonly #listeners = new Set<(event: TransitionEvent) => void>();
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(transition: Omit<TransitionEvent, 'sequence' | 'atMs'>): void {
    this.#sequence += 1;
    const event = { sequence: this.#sequence, atMs: this.#clock.wallMs(), ...transition };
    this.#events.push(event);
    // Trimmed in halves, so that keeping the newest costs nothing per event.
    if (this.#events.length > 2 * transitionsKept) {
      this.#events = this.#events.slice(-transitionsKept);
    }
    for (const listen of this.#listeners) listen(event);
  }

  since(sequence: number): readonly TransitionEvent[] {
    const kept = this.#events.slice(-transitionsKept);
    return kept.filter((event) => event.sequence > sequence);
  }

  subscribe(listen: (event: TransitionEvent) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }
}
