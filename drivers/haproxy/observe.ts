import { nothingRuns, operatingReport } from '../../machines/health/operating.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Observed, Surveyed } from '../contract/driver.ts';
import type { Marker } from '../contract/errors.ts';
import { readDocument } from './content.ts';
import { answers } from './exchange.ts';
import { answerAttempts, type Host, idsOn, mapped, siteOf } from './host.ts';
import { DamagedMarker, type HostMarker } from '../contract/host-marker.ts';
import { markerOrDamage, readMarker } from './marker-file.ts';
import { observedListeners } from './observation.ts';
import { parseShowStat, type StatRow } from './show-stat.ts';
import { type ContentKey, idleHash, parseKey, type Running, type Site } from './site.ts';
import { ask } from './stats-socket.ts';
import { likelyRunning } from './stock.ts';

/** Reads back what is on the disk and what runs, without the lock. */
export function observe(host: Host, id: string): Promise<Observed | null> {
  return mapped(async () => {
    const site = siteOf(host, id);
    const stored = await readMarker(site);
    if (stored === null) return null;
    const running = site.running();
    const serves = running !== null && (await answers(host, site, running));
    const live = liveContent(stored, running);
    const operating = await operatingNow(host, site, serves);
    const isReachable = serves && (await host.addressing.lacks(site)) === null;
    return {
      marker: effectiveMarker(stored, running),
      // Content that binds nothing is served by nobody, and that is as it should be.
      running: live?.hash === idleHash ? running === null : isReachable,
      operating,
    };
  });
}

/** Every load balancer that has, or should have, a process on this host. */
export function survey(host: Host): Promise<readonly Surveyed[]> {
  return mapped(async () => {
    const found: Surveyed[] = [];
    for (const id of await idsOn(host)) {
      const site = siteOf(host, id);
      const stored = await markerOrDamage(site);
      if (stored === null || stored instanceof DamagedMarker || stored.removed) continue;
      const running = likelyRunning(host, site);
      if (liveContent(stored, running) === null) continue;
      found.push({ id, marker: effectiveMarker(stored, running) });
    }
    return found;
  });
}

/**
 * The marker as it truly is: after a crash between the start of a process and the note of its
 * generation, the process itself says which content it runs.
 */
export function effectiveMarker(stored: HostMarker, running: Running | null): Marker {
  const { epoch, removed } = stored;
  const generation = Math.max(stored.generation, liveGeneration(running));
  return { epoch, generation, removed };
}

function liveGeneration(running: Running | null): number {
  return running?.generation ?? 0;
}

/** The newest content that was served; null where there never was any, or it was removed. */
export function liveContent(stored: HostMarker, running: Running | null): ContentKey | null {
  const noted = parseKey(stored.content);
  if (running === null || stored.removed) return noted;
  return noted === null || running.generation > noted.generation ? running : noted;
}

/** The operating statuses of this moment; `serves`: is there a process that is worth asking? */
export async function operatingNow(
  host: Host,
  site: Site,
  serves: boolean,
): Promise<OperatingReport> {
  const document = await liveDocument(site);
  if (document === null) return nothingRuns;
  const rows = serves ? await askStatistics(host, site) : null;
  return operatingReport(document, observedListeners(document, rows ?? []));
}

/** The document that is served, or would be if its process ran. */
export async function liveDocument(site: Site): Promise<LoadBalancerDocument | null> {
  const stored = await readMarker(site);
  if (stored === null || stored.removed) return null;
  const live = liveContent(stored, site.running());
  return live === null ? null : readDocument(site, live);
}

/** What HAProxy says of its listeners and members; null where it says nothing. */
export async function askStatistics(host: Host, site: Site): Promise<readonly StatRow[] | null> {
  const deadline = { clock: host.clock, timeoutMs: host.options.socketTimeoutMs };
  for (let attempt = 0; attempt < answerAttempts; attempt += 1) {
    const csv = await ask(site.directory, 'show stat', deadline);
    if (csv !== null) return parseShowStat(csv);
  }
  return null;
}
