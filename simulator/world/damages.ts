import type { Observer } from './events.ts';
import type { JournalDamage } from './journal-disk.ts';
import type { MarkerDamage } from './marker-disk.ts';

/** What befell a marker on a host's disk. */
export interface DamagedThere {
  readonly atMs: number;
  readonly how: MarkerDamage;
}

/** What befell an agent's journal. */
export interface DamagedJournal {
  readonly atMs: number;
  readonly how: JournalDamage;
}

/**
 * What was damaged on hosts' disks, marker by marker and journal by journal. A checker that holds the
 * system to what a host should know asks here, and excuses nothing else.
 */
export class Damages {
  readonly #markers = new Map<string, DamagedThere[]>();
  readonly #journals = new Map<string, DamagedJournal[]>();

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'damaged') {
      const { place, loadBalancer, how } = event;
      append(this.#markers, `${place} ${loadBalancer}`, { atMs, how });
    } else if (event.type === 'journal-damaged') {
      append(this.#journals, event.agent, { atMs, how: event.how });
    }
  };

  /** Oldest first. */
  ofMarker(place: string, loadBalancer: string): readonly DamagedThere[] {
    return this.#markers.get(`${place} ${loadBalancer}`) ?? [];
  }

  /** Oldest first. */
  ofJournal(agent: string): readonly DamagedJournal[] {
    return this.#journals.get(agent) ?? [];
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key) ?? [];
  list.push(value);
  lists.set(key, list);
}
