import type { Marker } from '../../drivers/contract/errors.ts';
import type { Observer } from './events.ts';
import type { MarkerDamage } from './marker-disk.ts';

/** What befell a marker on a host's disk. */
export interface DamagedThere {
  readonly atMs: number;
  readonly how: MarkerDamage;
  /** What it says since then; null where it can't be read, or is gone. */
  readonly now: Marker | null;
}

/**
 * What was damaged on hosts' disks, marker by marker and journal by journal. A checker that holds the
 * system to what a host should know asks here, and excuses nothing else.
 */
export class Damages {
  readonly #markers = new Map<string, DamagedThere[]>();
  readonly #journals = new Map<string, number[]>();

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'damaged') {
      const { place, loadBalancer, how, now } = event;
      append(this.#markers, `${place} ${loadBalancer}`, { atMs, how, now });
    } else if (event.type === 'journal-damaged') append(this.#journals, event.agent, atMs);
  };

  /** Oldest first. */
  ofMarker(place: string, loadBalancer: string): readonly DamagedThere[] {
    return this.#markers.get(`${place} ${loadBalancer}`) ?? [];
  }

  /** When the journal of an agent was damaged, oldest first. */
  ofJournal(agent: string): readonly number[] {
    return this.#journals.get(agent) ?? [];
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key) ?? [];
  list.push(value);
  lists.set(key, list);
}
