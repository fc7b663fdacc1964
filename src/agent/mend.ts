import type { Driver } from '../../drivers/contract/driver.ts';
import { DriverError } from '../../drivers/contract/errors.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { Log } from '../../machines/ports/log.ts';
import { type Strays, StraysReply, straysMax } from '../../machines/protocol/agent-messages.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { call } from '../messaging/endpoint.ts';
import type { Bus } from '../ports/bus.ts';

export interface MendOptions {
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly log: Log;
  /** What the control plane knows of strays; rejects where it does not answer. */
  readonly ask: (asked: Omit<Strays, 'agent'>) => Promise<StraysReply>;
  /** Told of each that was mended, and up to which epoch it refuses everybody now. */
  readonly mended: (loadBalancer: string, epoch: number, device: string) => void;
}

/** Asks the agent's judge of strays. */
export function strayQuestion({
  agent,
  bus,
  subject,
  timings,
}: {
  readonly agent: string;
  readonly bus: Bus;
  readonly subject: string;
  readonly timings: Pick<Timings, 'ackTimeoutMs'>;
}): MendOptions['ask'] {
  const timeoutMs = timings.ackTimeoutMs * 4;
  return (asked) => call(bus, subject, { agent, ...asked }, StraysReply, timeoutMs);
}

/**
 * Makes damaged markers of this host anew. Which epochs were given is known by the records alone; the
 * newest of them lets in nobody who was named before. If that is not the holder's own, the holder is
 * refused once, and the record follows (R9): nothing that runs is touched by that.
 */
export async function mendMarkers(options: MendOptions): Promise<void> {
  for (const [name, driver] of options.drivers) {
    const { residence } = driver;
    if (residence === undefined) continue;
    try {
      const found = await residence.inventory();
      const damaged = found.flatMap(({ id, marker }) => (marker === null ? [id] : []));
      for (let from = 0; from < damaged.length; from += straysMax) {
        await mendSome(options, name, driver, residence, damaged.slice(from, from + straysMax));
      }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      options.log.debug({ driver: name, error: error.message }, 'markers were not looked through');
    }
  }
}

async function mendSome(
  { ask, log, mended }: MendOptions,
  name: string,
  driver: Driver,
  residence: Residence,
  damaged: readonly string[],
): Promise<void> {
  const asked = { loadBalancers: [...damaged], epochs: true as const };
  const unanswered = (error: unknown): StraysReply => {
    log.debug({ error: String(error) }, 'nobody answered which epochs were given');
    return { purged: [] };
  };
  const { purged, epochs } = await ask(asked).catch(unanswered);
  for (const id of purged) {
    await each(log, id, async () => {
      await residence.mend({ id, epoch: 1, removed: true });
      await driver.remove({ id, epoch: 1, generation: 0 });
    });
  }
  if (epochs === undefined) {
    log.warn({ damaged }, 'nobody knows for sure which epochs were given, so damaged markers wait');
    return;
  }
  for (const { loadBalancer: id, epoch } of epochs) {
    await each(log, id, async () => {
      await residence.mend({ id, epoch, removed: false });
      mended(id, epoch, name);
    });
  }
  const known = new Set([...purged, ...epochs.map(({ loadBalancer }) => loadBalancer)]);
  const unknown = damaged.filter((id) => !known.has(id));
  if (unknown.length > 0) log.error({ unknown }, 'damaged markers of which no record tells');
}

/** One that can't be mended is tried again with the next sweep, and keeps no other one waiting. */
async function each(log: Log, id: string, mend: () => Promise<void>): Promise<void> {
  try {
    await mend();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    log.warn({ loadBalancer: id, error: error.message }, 'a damaged marker could not be made anew');
  }
}
