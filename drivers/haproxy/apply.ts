import { copyFile } from 'node:fs/promises';
import type { Applied } from '../contract/driver.ts';
import { type Marker, PermanentError, UnknownOutcomeError } from '../contract/errors.ts';
import { admitApply, type FenceVerdict } from '../contract/fence.ts';
import type { HostMarker } from '../contract/host-marker.ts';
import type { Target } from '../contract/target.ts';
import { dropContent, readDocument, tidyContents, writeContent } from './content.ts';
import { answers, exchange } from './exchange.ts';
import { type Host, locked } from './host.ts';
import type { HeldLock } from './lock.ts';
import { readMarker, writeMarker } from './marker-file.ts';
import { effectiveMarker, liveContent, operatingNow } from './observe.ts';
import { signalVerified } from './proc.ts';
import { renderConfig } from './render/config.ts';
import { type ContentKey, contentKey, idleHash, keyText, type Running, type Site } from './site.ts';
import { takeStock } from './stock.ts';
import { endGently } from './stop.ts';
import { unsupported } from './unsupported.ts';

/**
 * Applies a target under the load balancer's lock. The order makes a crash at any point harmless:
 *
 * 1. The epoch is claimed on disk, with the generation as it was: from here on no older epoch comes
 *    in, and no content is claimed that does not run.
 * 2. The content starts to serve; the process's command line says which it is.
 * 3. The generation is noted. Who comes between 2 and 3 reads it from the process itself.
 * 4. The address comes to the host, where it is not the host's own.
 */
export function apply(host: Host, target: Target): Promise<Applied> {
  return locked(host, target.id, async (site, lock) => {
    await host.addressing.admit(target);
    const running = await takeStock(host, site);
    const stored = await readMarker(site);
    endReplaced(stored, running);
    const verdict = admitted(host, target, stored && effectiveMarker(stored, running));
    if (verdict.writeContent) await serve(host, site, lock, target, stored, running);
    else await claim(host, site, verdict.marker, stored, running);
    host.left.set(target.id, target.epoch);
    await host.addressing.settle(site, target.epoch);
    const operating = await operatingNow(host, site, site.running() !== null);
    return { marker: verdict.marker, contentApplied: verdict.writeContent, operating };
  });
}

function admitted(host: Host, target: Target, held: Marker | null): FenceVerdict {
  try {
    return admitApply(held, target);
  } catch (error) {
    // It is held by somebody newer, who leaves markers of its own there.
    host.left.delete(target.id);
    throw error;
  }
}

/** Ends what an exchange that was cut off left behind, if its successor did start. */
function endReplaced(stored: HostMarker | null, running: Running | null): void {
  const replaced = stored?.replacing ?? null;
  if (replaced === null || running === null || running.pid === replaced.pid) return;
  signalVerified(replaced, 'SIGUSR1');
}

/** Notes the epoch, and of the content what is true already. */
async function claim(
  host: Host,
  site: Site,
  marker: Marker,
  stored: HostMarker | null,
  running: Running | null,
): Promise<void> {
  const live = stored && liveContent(stored, running);
  const content = live === null ? null : keyText(live);
  await note(site, stored, { ...marker, holder: host.agent, content, replacing: null });
}

async function serve(
  host: Host,
  site: Site,
  lock: HeldLock,
  target: Target,
  stored: HostMarker | null,
  running: Running | null,
): Promise<void> {
  const { epoch, generation, document } = target;
  const lacking = unsupported(document);
  if (lacking.length > 0) {
    throw new PermanentError(`the ${host.driver} driver can't serve: ${lacking.join('; ')}`);
  }
  const config = renderConfig(document, {
    ...host.options,
    user: host.options.user ?? null,
    group: host.options.group ?? null,
    openFilesMax: host.openFilesMax,
    addressMoves: host.addressMoves,
  });
  const key = contentKey(generation, config);
  const served = running?.hash === key.hash && (await answers(host, site, running));
  if (!served) {
    const before = stored === null ? 0 : effectiveMarker(stored, running).generation;
    const live = stored && liveContent(stored, running);
    await note(site, stored, {
      epoch,
      generation: before,
      removed: false,
      holder: host.agent,
      content: live === null ? null : keyText(live),
      replacing: running && { pid: running.pid, startTime: running.startTime },
    });
  }
  const written = served && stored?.content === keyText(key);
  if (!written || (await readDocument(site, key)) === null) {
    await writeContent(site, key, document, config);
  }
  if (!served) {
    await serveOnly(host, site, lock, stored, running, key);
  }
  await noteServed(host, site, stored, { epoch, generation, key });
}

async function serveOnly(
  host: Host,
  site: Site,
  lock: HeldLock,
  stored: HostMarker | null,
  running: Running | null,
  key: ContentKey,
): Promise<void> {
  if (key.hash === idleHash) {
    await endGently(running === null ? [] : [running], host.options.stopGraceMs, host.clock);
    return;
  }
  try {
    await exchange(host, site, lock, running, key);
  } catch (error) {
    if (error instanceof PermanentError) {
      await copyFile(site.configPath(key), site.rejectedPath);
      await dropContent(site, key, [running, stored && liveContent(stored, running)]);
      host.log.warn({ error: error.message, file: site.rejectedPath }, 'HAProxy refused a content');
    }
    throw error;
  }
}

/** After this the change has happened, so a disk that fails here leaves the outcome unknown. */
async function noteServed(
  host: Host,
  site: Site,
  stored: HostMarker | null,
  { epoch, generation, key }: { epoch: number; generation: number; key: ContentKey },
): Promise<void> {
  const content = keyText(key);
  try {
    const before = await readMarker(site);
    const holder = host.agent;
    const after = { epoch, generation, removed: false, holder, content, replacing: null };
    await note(site, before ?? stored, after);
    const running = site.running();
    await tidyContents(site, running === null ? [key] : [running, key]);
  } catch (error) {
    host.log.warn({ error: String(error), directory: site.directory }, 'can not note what serves');
    throw new UnknownOutcomeError(`it serves, but that can't be noted: ${String(error)}`, {
      cause: error,
    });
  }
}

/** Writes the marker unless it says just this already: an apply that changes nothing writes nothing. */
async function note(site: Site, before: HostMarker | null, after: HostMarker): Promise<void> {
  const same =
    before !== null &&
    before.epoch === after.epoch &&
    before.generation === after.generation &&
    before.removed === after.removed &&
    before.holder === after.holder &&
    before.content === after.content &&
    before.replacing?.pid === after.replacing?.pid &&
    before.replacing?.startTime === after.replacing?.startTime;
  if (!same) await writeMarker(site.markerPath, after);
}
