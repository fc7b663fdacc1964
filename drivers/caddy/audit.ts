import type { Clock } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { DriverError, type Marker } from '../contract/errors.ts';
import { isSameMarker } from '../contract/fence.ts';
import { ReadBack, type Watcher } from '../contract/read-back.ts';
import type { Json } from './json.ts';
import { heldAmong, isIntact, isListening } from './view.ts';

export interface AuditOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Every server of the device; null where it has none. */
  readonly read: () => Promise<Json | null>;
}

/** Compares what is watched with what was left there: all of it with one call, again and again. */
export class Audit {
  readonly #read: AuditOptions['read'];
  readonly #readBack: ReadBack;
  /** The markers that this driver has left, of what is watched or about to be. */
  readonly #left = new Map<string, Marker>();
  readonly #underWay = new Set<string>();
  /** Whatever a call was under way for since the look began: what was read may not tell of it yet. */
  #touched = new Set<string>();

  constructor({ read, clock, everyMs }: AuditOptions) {
    this.#read = read;
    this.#readBack = new ReadBack({
      clock,
      everyMs,
      look: (watchers) => this.#look(watchers),
      unwatched: (id) => this.#left.delete(id),
    });
  }

  /** Runs a call that changes the load balancer, whose marker is known afterwards; unless it fails. */
  async during<T>(id: string, call: () => Promise<T>, markerIn: (result: T) => Marker): Promise<T> {
    this.#left.delete(id);
    this.#underWay.add(id);
    this.#touched.add(id);
    try {
      const result = await call();
      const marker = markerIn(result);
      if (!marker.removed) this.#left.set(id, marker);
      return result;
    } finally {
      this.#underWay.delete(id);
    }
  }

  watch(id: string, notify: Watcher['notify']): () => void {
    return this.#readBack.watch(id, notify);
  }

  close(): void {
    this.#readBack.close();
  }

  async #look(watchers: readonly Watcher[]): Promise<void> {
    this.#touched = new Set(this.#underWay);
    const servers = (await this.#read()) ?? {};
    for (const watcher of watchers) {
      const left = this.#left.get(watcher.id);
      if (left === undefined || this.#touched.has(watcher.id)) continue;
      const notice = difference(watcher.id, left, servers);
      if (notice !== null && this.#readBack.isWatching(watcher)) watcher.notify(notice);
    }
  }
}

function difference(id: string, left: Marker, servers: Json): DeviceNotice | null {
  let held;
  try {
    held = heldAmong(servers, id);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { type: 'drifted', reason: error.message };
  }
  if (held === null) return { type: 'down', reason: 'the device does not have it any more' };
  if (!isListening(held)) {
    return { type: 'down', reason: 'the device has it, and does not listen for it' };
  }
  if (!isSameMarker(held.entry, left)) {
    return { type: 'drifted', reason: 'the device has another marker than was written' };
  }
  return isIntact(held)
    ? null
    : { type: 'drifted', reason: 'the device has another configuration than was written' };
}
