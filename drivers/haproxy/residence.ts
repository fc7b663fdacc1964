import { rm } from 'node:fs/promises';
import { DamagedMarker } from '../contract/host-marker.ts';
import type { Residence, Resident } from '../contract/residence.ts';
import type { Target } from '../contract/target.ts';
import { readDocument } from './content.ts';
import { type Host, idsOn, locked, mapped, siteOf } from './host.ts';
import { listContents, markerOrDamage, readMarker, writeMarker } from './marker-file.ts';
import { effectiveMarker, liveContent } from './observe.ts';
import { forget } from './remove.ts';
import { keyText, parseKey, type Running, type Site } from './site.ts';
import { likelyRunning, takeStock } from './stock.ts';
import { endGently } from './stop.ts';

/** What an agent that comes back finds on its host, and may do with it. */
export function residence(host: Host): Residence {
  return {
    inventory: () => mapped(() => inventory(host)),
    recall: (id) => mapped(() => recall(host, id)),
    release: (target) => release(host, target),
    mend: (target) => mend(host, target),
  };
}

async function inventory(host: Host): Promise<readonly Resident[]> {
  const found: Resident[] = [];
  await host.addressing.tidy();
  for (const id of await idsOn(host)) {
    const site = siteOf(host, id);
    const stored = await markerOrDamage(site);
    if (stored === null) {
      // Without a marker and a content, a process is still a proof that there had been both.
      if (host.processes.of(site).length > 0) found.push({ id, marker: null, holder: null });
    } else if (stored instanceof DamagedMarker) found.push({ id, marker: null, holder: null });
    else {
      const marker = effectiveMarker(stored, likelyRunning(host, site));
      found.push({ id, marker, holder: stored.holder });
    }
  }
  return found;
}

async function recall(host: Host, id: string): Promise<Target | null> {
  const site = siteOf(host, id);
  const stored = await readMarker(site);
  if (stored === null || stored.removed) return null;
  const running = likelyRunning(host, site);
  const live = liveContent(stored, running);
  const document = live === null ? null : await readDocument(site, live);
  if (document === null) return null;
  const { epoch, generation } = effectiveMarker(stored, running);
  return { id, epoch, generation, document };
}

/** The epoch is claimed first, so that whoever is stale can't start it again behind its end. */
function release(host: Host, { id, epoch }: { id: string; epoch: number }): Promise<void> {
  return locked(host, id, async (site) => {
    const running = await takeStock(host, site);
    const stored = await readMarker(site);
    if (stored === null || stored.removed) return;
    // Without a holder it was mended, or a release was cut off: nobody here holds what still runs.
    if (stored.epoch >= epoch && stored.holder !== null) return;
    const { generation } = effectiveMarker(stored, running);
    const after = {
      epoch: Math.max(epoch, stored.epoch),
      generation,
      removed: false,
      holder: null,
      content: null,
    };
    await writeMarker(site.markerPath, { ...after, replacing: null });
    await host.addressing.leave(site, (graceMs) =>
      endGently(site.allProcesses(), graceMs, host.clock),
    );
    await forget(site);
    host.inStock.delete(id);
    host.left.delete(id);
  });
}

function mend(
  host: Host,
  { id, epoch, removed }: { id: string; epoch: number; removed: boolean },
): Promise<void> {
  return locked(host, id, async (site) => {
    const running = await takeStock(host, site);
    const stored = await markerOrDamage(site);
    if (!(stored instanceof DamagedMarker)) return;
    const live = running ?? (await newestContent(site));
    const content = removed || live === null ? null : keyText(live);
    const generation = live?.generation ?? 0;
    await rm(site.markerPath, { recursive: true, force: true });
    const after = { epoch, generation, removed, holder: null, content, replacing: null };
    await writeMarker(site.markerPath, after);
    host.log.warn({ lb: id, ...after }, 'a damaged marker was made anew');
  });
}

/** What lies there of the highest generation: nothing older is to come in again. */
async function newestContent(site: Site): Promise<Pick<Running, 'generation' | 'hash'> | null> {
  const keys = (await listContents(site)).flatMap((name) => parseKey(name) ?? []);
  return keys.toSorted((a, b) => b.generation - a.generation)[0] ?? null;
}
