import { rm } from 'node:fs/promises';
import type { Marker } from '../contract/errors.ts';
import { admitRemove } from '../contract/fence.ts';
import { type Host, locked } from './host.ts';
import { readMarker, writeMarker } from './marker-file.ts';
import { effectiveMarker } from './observe.ts';
import type { Site } from './site.ts';
import { endGently } from './stop.ts';

/**
 * Removes a load balancer under its lock. The tombstone comes first, so that after a crash no apply
 * revives it; the removal, when it is asked for again, then ends what still runs.
 */
export function remove(
  host: Host,
  target: { id: string; epoch: number; generation: number },
): Promise<Marker> {
  return locked(host, target.id, async (site) => {
    const stored = await readMarker(site);
    const marker = admitRemove(stored && effectiveMarker(stored, site.running()), target);
    if (stored?.removed !== true) {
      await writeMarker(site.markerPath, {
        ...marker,
        holder: host.agent,
        content: null,
        replacing: null,
      });
    }
    await host.addressing.withdraw(site);
    await endGently(site.allProcesses(), host.options.stopGraceMs, host.clock);
    await forget(site);
    host.inStock.delete(target.id);
    host.left.delete(target.id);
    return marker;
  });
}

/** Deletes everything but the tombstone and the lock. */
export async function forget(site: Site): Promise<void> {
  const { contentsPath, livePath, rejectedPath, pidPath, socketPath } = site;
  for (const path of [contentsPath, livePath, rejectedPath, pidPath, socketPath]) {
    await rm(path, { recursive: true, force: true });
  }
}
