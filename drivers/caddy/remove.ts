import { nothingRuns } from '../../machines/health/operating.ts';
import { DriverError, type Marker } from '../contract/errors.ts';
import { admitRemove, isSameMarker } from '../contract/fence.ts';
import { type Device, serversPath } from './device.ts';
import { silentServer } from './render/server.ts';
import { contentHash } from './render/content.ts';
import { outcome, settle, type Step } from './settle.ts';
import { compacted, tombstonesName } from './tombstones.ts';
import { readServers, viewAll, viewOwn } from './view.ts';

interface Asked {
  readonly id: string;
  readonly epoch: number;
  readonly generation: number;
}

/** Puts a tombstone in the place of what is served, by one conditional write. */
export function remove(device: Device, asked: Asked): Promise<Marker> {
  return settle(device, { id: asked.id, listens: [] }, () => decide(device, asked));
}

async function decide(device: Device, asked: Asked): Promise<Step<Marker> | null> {
  let view = await viewOwn(device.client, asked.id);
  if ((view?.held?.entry.parts.length ?? 0) > 0) view = await viewAll(device.client, asked.id);
  if (view === null) return null;
  const marker = admitRemove(view.marker, asked);
  if (view.marker !== null && isSameMarker(view.marker, marker)) return { done: marker };
  const entry = {
    format: 1,
    ...marker,
    holder: device.agent,
    content: contentHash(silentServer, {}),
    parts: [],
    bound: 0,
    operating: nothingRuns,
  } as const;
  return { write: view.change(silentServer, { ...entry, parts: [] }, {}) };
}

/**
 * Puts loose tombstones into the list, where there are too many; never fails. If somebody changes the device
 * meanwhile, the next removal has it done.
 */
export async function tidy(device: Device): Promise<void> {
  try {
    await device.turns.take(async () => {
      const read = await readServers(device.client);
      const body = read === null ? null : compacted(read.servers);
      if (read === null || body === null) return;
      const write = { method: 'PATCH', path: serversPath, body, ifMatch: read.etag } as const;
      await outcome(device, write, { id: tombstonesName, listens: [] });
    });
  } catch (error) {
    const words = 'tombstones were not put together';
    if (error instanceof DriverError) device.log.info({ error: error.message }, words);
    else device.log.error({ err: error }, words);
  }
}
