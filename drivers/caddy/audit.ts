import type { Clock } from '../../machines/ports/clock.ts';
import type { DeviceDifference, DeviceNotice } from '../contract/driver.ts';
import { DriverError } from '../contract/errors.ts';
import { isSameMarker } from '../contract/fence.ts';
import { ReadBack, type Watcher } from '../contract/read-back.ts';
import { changesOf, type Left } from './difference.ts';
import type { Json } from './json.ts';
import { type Held, heldAmong, isIntact, isListening } from './view.ts';

export interface AuditOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Every server of the device; null where it has none. */
  readonly read: () => Promise<Json | null>;
  /** What becomes of a configuration that a person has changed. */
  readonly onDrift: 'repair' | 'report';
}

/** Compares what is watched with what was left there: all of it with one call, again and again. */
export class Audit {
  readonly #options: AuditOptions;
  readonly #readBack: ReadBack;
  /** Of what is watched, or about to be. */
  readonly #left = new Map<string, Left>();
  readonly #underWay = new Set<string>();
  /** Whatever a call was under way for since the look began: what was read may not tell of it yet. */
  #touched = new Set<string>();
  /** What watchers were told that is left as it is, so that they hear of each change once. */
  readonly #told = new WeakMap<Watcher, DeviceDifference>();

  constructor(options: AuditOptions) {
    const { clock, everyMs } = options;
    this.#options = options;
    this.#readBack = new ReadBack({
      clock,
      everyMs,
      look: (watchers) => this.#look(watchers),
      unwatched: (id) => this.#left.delete(id),
    });
  }

  /** Runs a call that changes the load balancer; what it leaves there is known afterwards, unless it fails. */
  async during<T>(
    id: string,
    call: () => Promise<T>,
    leftBy: (result: T) => Left | null,
  ): Promise<T> {
    this.#left.delete(id);
    this.#underWay.add(id);
    this.#touched.add(id);
    try {
      const result = await call();
      const left = leftBy(result);
      if (left !== null) this.#left.set(id, left);
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
    const servers = (await this.#options.read()) ?? {};
    for (const watcher of watchers) {
      const left = this.#left.get(watcher.id);
      if (left === undefined || this.#touched.has(watcher.id)) continue;
      if (!this.#readBack.isWatching(watcher)) continue;
      const notice = this.#difference(watcher, left, servers);
      if (notice !== null) watcher.notify(notice);
    }
  }

  #difference(watcher: Watcher, left: Left, servers: Json): DeviceNotice | null {
    let held;
    try {
      held = heldAmong(servers, watcher.id);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return { type: 'drifted', reason: error.message };
    }
    // Nobody can tell one that a person has removed from a device that came up without it.
    if (held === null) return { type: 'down', reason: 'the device does not have it any more' };
    if (!isSameMarker(held.entry, left.marker)) {
      return { type: 'drifted', reason: 'the device has another marker than was written' };
    }
    return this.#options.onDrift === 'report'
      ? this.#toldOnce(watcher, differenceLeft(held, left))
      : differenceMended(held, left);
  }

  #toldOnce(watcher: Watcher, now: DeviceDifference): DeviceDifference | null {
    const before = this.#told.get(watcher) ?? nothingDiffers;
    this.#told.set(watcher, now);
    return now.reason === before.reason && now.running === before.running ? null : now;
  }
}

const nothingDiffers: DeviceDifference = { type: 'differs', reason: null, running: true };

function differenceLeft(held: Held, left: Left): DeviceDifference {
  if (isIntact(held)) return nothingDiffers;
  const reason = `${changesOf(held, left)}; it is left so (onDrift: report)`;
  return { type: 'differs', reason, running: isListening(held) };
}

function differenceMended(held: Held, left: Left): DeviceNotice | null {
  if (!isListening(held)) {
    return { type: 'down', reason: 'the device has it, and does not listen for it' };
  }
  return isIntact(held) ? null : { type: 'drifted', reason: changesOf(held, left) };
}
