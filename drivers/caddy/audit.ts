import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { DeviceNotice } from '../contract/driver.ts';
import { DriverError, type Marker } from '../contract/errors.ts';
import { isSame } from './apply.ts';
import { markerOf } from './entry.ts';
import type { Json } from './json.ts';
import { heldAmong, isIntact, isListening } from './view.ts';

interface Watcher {
  readonly id: string;
  readonly notify: (notice: DeviceNotice) => void;
}

/** What this driver knows of what it left there. */
interface Known {
  /** Null while it is not known, as after a call that failed. */
  marker: Marker | null;
  /** Odd while a call is under way. */
  changes: number;
}

export interface AuditOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Every server of the device; null where it has none. */
  readonly read: () => Promise<Json | null>;
}

/**
 * A Caddy does not tell that a person changed it, or that it came up without what it held. So what is
 * watched is read back again and again, all of it with one call.
 */
export class Audit {
  readonly #options: AuditOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #known = new Map<string, Known>();
  #timer: Timer | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** Runs a call that changes the load balancer, whose marker is known afterwards. */
  async during<T>(id: string, call: () => Promise<T>, markerIn: (result: T) => Marker): Promise<T> {
    const known = this.#known.get(id) ?? { marker: null, changes: 0 };
    this.#known.set(id, known);
    known.changes += 1;
    known.marker = null;
    try {
      const result = await call();
      const marker = markerIn(result);
      if (marker.removed) this.#known.delete(id);
      else known.marker = marker;
      return result;
    } finally {
      known.changes += 1;
    }
  }

  watch(id: string, notify: Watcher['notify']): () => void {
    const watcher = { id, notify };
    this.#watchers.add(watcher);
    this.#arm();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#disarm();
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#watchers.clear();
    this.#disarm();
  }

  #arm(): void {
    if (this.#timer !== null || this.#isLooking || this.#isClosed) return;
    this.#timer = this.#options.clock.setTimer(this.#options.everyMs, () => {
      this.#timer = null;
      this.#isLooking = true;
      this.#look()
        .catch((error: unknown) => {
          // Out of reach, or busy: the next look tells as much.
          if (!(error instanceof DriverError)) throw error;
        })
        .finally(() => {
          this.#isLooking = false;
          if (this.#watchers.size > 0) this.#arm();
        });
    });
  }

  #disarm(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    const before = new Map([...this.#known].map(([id, { changes }]) => [id, changes]));
    const watchers = [...this.#watchers];
    const servers = (await this.#options.read()) ?? {};
    for (const watcher of watchers) {
      const known = this.#known.get(watcher.id);
      // What was changed while all was read may not be in it yet.
      if (known === undefined || known.changes !== before.get(watcher.id)) continue;
      if (known.changes % 2 !== 0) continue;
      const notice = difference(watcher.id, known.marker, servers);
      if (notice !== null && this.#watchers.has(watcher)) watcher.notify(notice);
    }
  }
}

function difference(id: string, left: Marker | null, servers: Json): DeviceNotice | null {
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
  if (left !== null && !isSame(markerOf(held.entry), left)) {
    return { type: 'drifted', reason: 'the device has another marker than was written' };
  }
  return isIntact(held)
    ? null
    : { type: 'drifted', reason: 'the device has another configuration than was written' };
}
