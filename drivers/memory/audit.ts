import type { OperatingReport } from '../../machines/model/status.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import type { Marker } from '../contract/errors.ts';
import { isSameMarker } from '../contract/fence.ts';
import { ReadBack, type Watcher } from '../contract/read-back.ts';
import type { DeviceConnection } from './connection.ts';
import type { SurveyedThere } from './device.ts';

/** What this driver left on the device, as the device called it. */
interface Left {
  readonly marker: Marker;
  readonly etag: string;
}

interface Onlooker {
  readonly id: string;
  readonly tell: (operating: OperatingReport) => void;
}

/**
 * Appliances do not tell that somebody changed them, or that they came up without what they held, and
 * some say that they did what they did not. So what is watched is read back again and again, all of it
 * with one call, and compared with what this driver left there.
 */
export class Audit {
  readonly #connection: DeviceConnection;
  readonly #readBack: ReadBack;
  readonly #left = new Map<string, Left>();
  readonly #onlookers = new Set<Onlooker>();
  /** Grows with whatever another look could find something new by, beside the device itself. */
  #changes = 0;
  /** A survey in which nothing was amiss, and at how many changes. */
  #allRight: { readonly found: readonly SurveyedThere[]; readonly changes: number } | null = null;

  constructor(connection: DeviceConnection, clock: Clock, everyMs: number) {
    this.#connection = connection;
    this.#readBack = new ReadBack({
      clock,
      everyMs,
      look: (watchers) => this.#look(watchers),
      unwatched: (id) => this.forget(id),
    });
  }

  note(id: string, { marker, etag }: Left): void {
    this.#changes += 1;
    this.#left.set(id, { marker, etag });
  }

  forget(id: string): void {
    this.#changes += 1;
    this.#left.delete(id);
  }

  watch(id: string, notify: Watcher['notify']): () => void {
    this.#changes += 1;
    return this.#readBack.watch(id, notify);
  }

  /** Tells with each survey how the traffic fares, whether that changed or not. */
  lookOn(id: string, tell: Onlooker['tell']): () => void {
    const onlooker: Onlooker = { id, tell };
    this.#changes += 1;
    this.#onlookers.add(onlooker);
    const rest = this.#readBack.want();
    return () => {
      this.#onlookers.delete(onlooker);
      rest();
    };
  }

  close(): void {
    this.#onlookers.clear();
    this.#readBack.close();
  }

  async #look(watchers: readonly Watcher[]): Promise<void> {
    // Whoever begins to look on while the survey is under way may have written after it was made.
    const onlookers = [...this.#onlookers];
    const changes = this.#changes;
    const found = await this.#connection.survey();
    // A device in this very process gives the same list while nothing changes there.
    if (this.#allRight?.found === found && this.#allRight.changes === this.#changes) return;
    const byId = new Map<string, SurveyedThere>();
    for (const each of found) byId.set(each.id, each);
    let amiss = false;
    for (const watcher of watchers) {
      const left = this.#left.get(watcher.id);
      if (left === undefined || !this.#readBack.isWatching(watcher)) continue;
      const notice = difference(left, byId.get(watcher.id) ?? null);
      if (notice === null) continue;
      amiss = true;
      watcher.notify(notice);
    }
    for (const onlooker of onlookers) {
      const seen = byId.get(onlooker.id);
      if (seen !== undefined && this.#onlookers.has(onlooker)) onlooker.tell(seen.operating);
    }
    // Of what was done while the survey was under way, it may not tell yet.
    this.#allRight = amiss ? null : { found, changes };
  }
}

function difference(left: Left, found: SurveyedThere | null): DeviceNotice | null {
  if (found === null) return { type: 'down', reason: 'the device does not have it any more' };
  if (found.etag !== left.etag) {
    return { type: 'drifted', reason: 'the device has another configuration than was written' };
  }
  if (!isSameMarker(found.marker, left.marker)) {
    return { type: 'drifted', reason: 'the device has another marker than was written' };
  }
  return found.running ? null : { type: 'down', reason: 'the device has it, and does not run it' };
}
