import type { Timer } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { JudgedPlace } from '../evidence/judged.ts';
import type { HostDevice } from './host-device.ts';
import type { Timeline } from './timeline.ts';

const lookEveryMs = 20;

export interface MarkedPlace extends JudgedPlace {
  readonly device: HostDevice;
}

/**
 * What the hosts' devices accept, as their markers tell: a marker is written before anything else is. The file says
 * when; but of two writes between two looks only the newer one is seen.
 */
export class MarkerWatch {
  readonly #places: readonly MarkedPlace[];
  readonly #timeline: Timeline;
  readonly #ids: () => readonly string[];
  readonly #seen = new Map<string, number>();
  #timer: Timer;

  constructor(places: readonly MarkedPlace[], timeline: Timeline, ids: () => readonly string[]) {
    this.#places = places;
    this.#timeline = timeline;
    this.#ids = ids;
    this.#timer = systemClock.setTimer(0, this.#lookAgain);
  }

  stop(): void {
    systemClock.clearTimer(this.#timer);
  }

  readonly #lookAgain = (): void => {
    this.look();
    this.#timer = systemClock.setTimer(lookEveryMs, this.#lookAgain);
  };

  look(): void {
    for (const place of this.#places) {
      for (const id of this.#ids()) this.#lookAt(place, id);
    }
  }

  #lookAt({ name, device }: MarkedPlace, id: string): void {
    const writtenMs = device.writtenMs(id);
    if (writtenMs === null || writtenMs === this.#seen.get(`${name} ${id}`)) return;
    this.#seen.set(`${name} ${id}`, writtenMs);
    const marker = device.marker(id);
    if (marker === null) return;
    const { epoch, generation, removed, holder } = marker;
    const atMs = this.#timeline.at(writtenMs);
    const kind = removed ? 'removed' : 'applied';
    const entry = { at: atMs, lb: id, epoch, generation, agent: holder ?? '', kind } as const;
    this.#timeline.emit({ type: 'device', place: name, entry }, atMs);
  }
}
