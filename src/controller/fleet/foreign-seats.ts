import { z } from 'zod';
import type { Log } from '../../../machines/ports/log.ts';

/** The little that matters of a binding record that another controller owns. */
const Seats = z.object({
  snapshot: z.object({
    context: z.object({
      binding: z.object({ agent: z.string() }).nullable(),
      standby: z.object({ agent: z.string() }).nullable(),
      driver: z.string(),
      device: z.string().nullable().default(null),
    }),
  }),
});

interface Noted {
  readonly bound: string | null;
  readonly standby: string | null;
  readonly device: string | null;
}

/** Who holds the load balancers of other controllers: placement counts them too. */
export class ForeignSeats {
  readonly #log: Log;
  readonly #noted = new Map<string, Noted>();
  /** Records that nobody has asked about yet: most are overtaken by the next before anybody does. */
  readonly #unread = new Map<string, string | null>();
  readonly #bound = new Map<string, number>();
  readonly #standby = new Map<string, number>();
  readonly #devices = new Map<string, number>();
  /** The agents and devices that something has left since that was asked last. */
  #left = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Notes what a binding record says; null where there is none, or where it is not foreign. */
  note(id: string, record: string | null): void {
    if (record !== null || this.#noted.has(id) || this.#unread.has(id)) {
      this.#unread.set(id, record);
    }
  }

  bound(agent: string): number {
    this.#catchUp();
    return this.#bound.get(agent) ?? 0;
  }

  standby(agent: string): number {
    this.#catchUp();
    return this.#standby.get(agent) ?? 0;
  }

  onDevice(device: string): number {
    this.#catchUp();
    return this.#devices.get(device) ?? 0;
  }

  /** The agents and devices that something has left since this was asked last. */
  takeLeft(): ReadonlySet<string> {
    this.#catchUp();
    const left = this.#left;
    this.#left = new Set();
    return left;
  }

  #catchUp(): void {
    if (this.#unread.size === 0) return;
    for (const [id, record] of this.#unread) this.#take(id, record);
    this.#unread.clear();
  }

  #take(id: string, record: string | null): void {
    const before = this.#noted.get(id);
    count(this.#bound, before?.bound ?? null, -1);
    count(this.#standby, before?.standby ?? null, -1);
    count(this.#devices, before?.device ?? null, -1);
    const now = record === null ? null : this.#read(id, record);
    for (const place of ['bound', 'device'] as const) {
      const left = before?.[place] ?? null;
      if (left !== null && left !== now?.[place]) this.#left.add(left);
    }
    if (now === null) {
      this.#noted.delete(id);
      return;
    }
    this.#noted.set(id, now);
    count(this.#bound, now.bound, 1);
    count(this.#standby, now.standby, 1);
    count(this.#devices, now.device, 1);
  }

  #read(id: string, record: string): Noted | null {
    try {
      const { binding, standby, device, driver } = Seats.parse(JSON.parse(record)).snapshot.context;
      return {
        bound: binding?.agent ?? null,
        standby: standby?.agent ?? null,
        device: device ?? (binding === null ? null : driver),
      };
    } catch (error) {
      this.#log.debug({ loadBalancer: id, error: String(error) }, 'a foreign record is unreadable');
      return null;
    }
  }
}

function count(counts: Map<string, number>, key: string | null, by: number): void {
  if (key === null) return;
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
