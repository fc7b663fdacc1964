import {
  DamagedMarker,
  type HostMarker,
  markerText,
  parseMarker,
} from '../../drivers/contract/host-marker.ts';
import type { Marker } from '../../drivers/contract/errors.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';

/**
 * What can befall the file of a marker: it is gone, it ends in the middle, it is garbage, or a backup was
 * put in its place.
 */
export type MarkerDamage = 'missing' | 'torn' | 'garbage' | 'older';
export const markerDamages: readonly MarkerDamage[] = ['missing', 'torn', 'garbage', 'older'];

/** What stands where the hash of a configuration is: two of one generation have the same. */
const anyHash = '0'.repeat(16);

export interface MarkerDiskOptions {
  readonly device: () => MemoryDevice;
  /** Told of what a damage left: null where it can't be read, or is gone. */
  readonly damaged: (id: string, how: MarkerDamage, now: Marker | null) => void;
  /** The marker is another one than before, or none, and nobody can see that. */
  readonly forgot: (id: string, now: Marker | null) => void;
  readonly mended: (id: string, marker: Marker) => void;
}

/** What is left of one load balancer's marker where a person or a disk has spoilt it. */
interface Spoilt {
  readonly text: string | null;
}

/**
 * The files of a host's markers. A whole one says what the device in memory says; one that was damaged
 * is read, and found damaged, by the code that reads real ones.
 */
export class MarkerDisk {
  readonly #options: MarkerDiskOptions;
  readonly #spoilt = new Map<string, Spoilt>();
  /** What each marker said, and says: the last two that differ. */
  readonly #past = new Map<string, readonly HostMarker[]>();
  /** Whom a marker names, where that is not who configured what runs. */
  readonly #holders = new Map<string, string | null>();
  readonly #names = new Map<string, string>();

  constructor(options: MarkerDiskOptions) {
    this.#options = options;
  }

  /** The load balancers that bear this name, or did when they were served here. */
  named(name: string): readonly string[] {
    return [...this.#names].flatMap(([id, known]) => (known === name ? [id] : []));
  }

  isDamaged(id: string): boolean {
    return this.#spoilt.has(id);
  }

  get anyDamaged(): boolean {
    return this.#spoilt.size > 0;
  }

  /** Throws DamagedMarker where it can't be read. */
  admit(id: string): void {
    const spoilt = this.#spoilt.get(id);
    if (spoilt !== undefined) this.#parse(id, spoilt.text);
  }

  /** The agent that the marker names as the one that claimed its epoch. */
  holder(id: string): string | null {
    const known = this.#holders.get(id);
    return known === undefined ? this.#options.device().holder(id) : known;
  }

  /** A driver has written it. */
  written(id: string): void {
    this.#holders.delete(id);
    const device = this.#options.device();
    const name = device.content(id)?.name;
    if (name !== undefined) this.#names.set(id, name);
    const now = this.#now(id);
    const [last, former] = this.#past.get(id) ?? [];
    if (now === null || (last !== undefined && markerText(last) === markerText(now))) return;
    const kept = [now, last, former].flatMap((each) => each ?? []);
    this.#past.set(id, kept.slice(0, 2));
  }

  /**
   * Its holder lets it go: nobody older comes in any more, and what runs, runs on without a holder. False
   * where it is held by that epoch or a newer one. Throws DamagedMarker.
   */
  leave(id: string, epoch: number): boolean {
    this.admit(id);
    const device = this.#options.device();
    const marker = device.peek(id)?.marker;
    if (marker === undefined || marker.removed) return false;
    // Without a holder it was mended, or a release was cut off.
    if (marker.epoch >= epoch && this.holder(id) !== null) return false;
    device.remark(id, { ...marker, epoch: Math.max(epoch, marker.epoch) }, true);
    this.written(id);
    this.#holders.set(id, null);
    return true;
  }

  /** What has run without a holder since it was left is ended; what somebody has taken meanwhile is his. */
  end(id: string): void {
    const device = this.#options.device();
    const marker = device.peek(id)?.marker;
    if (marker !== undefined && this.holder(id) === null) device.remark(id, marker, false);
  }

  /** Its file is gone with all that was known of it, damaged or not. */
  thrownAway(id: string): void {
    this.#spoilt.delete(id);
    this.#holders.delete(id);
  }

  /** Does nothing where there is no marker to be damaged in this way. */
  damage(id: string, how: MarkerDamage): void {
    const now = this.#now(id);
    if (now === null || this.#spoilt.has(id)) return;
    const text = markerText(now);
    if (how === 'older') this.#putBack(id, now);
    else if (how === 'missing') this.#spoil(id, how, null);
    else this.#spoil(id, how, how === 'torn' ? text.slice(0, text.length / 2) : '\u0000\n');
  }

  /**
   * Made anew from what runs, without a holder. One that can be read stays as it is. What runs is not touched by
   * that, also where it was removed: who makes the marker anew removes what is left of it as well.
   */
  mend(id: string, epoch: number, removed: boolean): void {
    if (!this.#spoilt.has(id)) return;
    const device = this.#options.device();
    const generation = device.content(id) === null ? 0 : (this.#now(id)?.generation ?? 0);
    this.#spoilt.delete(id);
    const marker = { epoch, generation, removed };
    device.remark(id, marker, true);
    this.#holders.set(id, null);
    this.#options.mended(id, marker);
  }

  #spoil(id: string, how: MarkerDamage, text: string | null): void {
    this.#spoilt.set(id, { text });
    try {
      // Nothing is left that would tell of it: it was never heard of.
      if (this.#parse(id, text) === null) {
        this.thrownAway(id);
        this.#options.device().remark(id, null, false);
        this.#options.forgot(id, null);
      }
    } catch (error) {
      if (!(error instanceof DamagedMarker)) throw error;
    }
    this.#options.damaged(id, how, null);
  }

  #putBack(id: string, now: HostMarker): void {
    const older = (this.#past.get(id) ?? []).find((each) => markerText(each) !== markerText(now));
    if (older === undefined) return;
    const device = this.#options.device();
    const runs = device.peek(id)?.running === true;
    // What runs says which generation it is. Of what does not, only the content that the marker names is found.
    const generation = runs ? Math.max(now.generation, older.generation) : older.generation;
    const marker = { epoch: older.epoch, generation, removed: older.removed };
    device.remark(id, marker, generation === now.generation);
    this.#holders.set(id, older.holder);
    this.#options.forgot(id, marker);
    this.#options.damaged(id, 'older', marker);
  }

  #now(id: string): HostMarker | null {
    const device = this.#options.device();
    const marker = device.peek(id)?.marker;
    if (marker === undefined) return null;
    const { epoch, generation, removed } = marker;
    const content = device.content(id) === null ? null : `${generation}-${anyHash}`;
    return { epoch, generation, removed, holder: this.holder(id), content, replacing: null };
  }

  #parse(id: string, text: string | null): HostMarker | null {
    const isKnown = this.#options.device().content(id) !== null;
    return parseMarker({ file: `${id}/marker.json`, text, isKnown });
  }
}
