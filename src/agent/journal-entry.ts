import { z } from 'zod';
import type { Log } from '../../machines/ports/log.ts';
import { deviceName } from '../../machines/protocol/device-name.ts';
import { epoch, generation } from '../../machines/protocol/seat.ts';
import type { Journal } from '../ports/journal.ts';

/** What an agent notes of a load balancer before it touches its device: what it was commanded last. */
export const JournalEntry = z.preprocess(
  withDevice,
  z.strictObject({
    epoch,
    generation,
    live: z.boolean(),
    edit: z.string().nullable(),
    device: deviceName,
  }),
);
export type JournalEntry = z.infer<typeof JournalEntry>;

const loadBalancerId = z.uuid();

/**
 * What the journal says of load balancers. Entries that can't be read are dropped: what they said is
 * known by the device and by the records, too.
 */
export async function journalEntries(
  journal: Journal,
  log: Log,
): Promise<ReadonlyMap<string, JournalEntry>> {
  const entries = new Map<string, JournalEntry>();
  for (const [key, value] of await journal.load()) {
    if (!loadBalancerId.safeParse(key).success) continue;
    const entry = parsed(value);
    if (entry !== null) entries.set(key, entry);
    else {
      log.error({ loadBalancer: key, value }, 'an unreadable entry of the journal is dropped');
      await journal.save(key, null);
    }
  }
  return entries;
}

function parsed(value: string): JournalEntry | null {
  try {
    return JournalEntry.safeParse(JSON.parse(value)).data ?? null;
  } catch {
    return null;
  }
}

/** Before devices had names, the driver's was noted, which is that of its only device. */
function withDevice(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('driver' in entry)) return entry;
  const { driver, ...others } = entry;
  return { ...others, device: driver };
}
