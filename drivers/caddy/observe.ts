import type { Observed, Surveyed } from '../contract/driver.ts';
import { nothingRuns } from '../../machines/health/operating.ts';
import { markerOf } from './entry.ts';
import { entryOf } from './entry.ts';
import type { AdminClient } from './admin-client.ts';
import { isObject, type Json } from './json.ts';
import { reportUnserved } from './report.ts';
import { isListening, readServers, viewAll, viewOwn } from './view.ts';

/** What the device holds now. Caddy runs what it holds, so only that can be missing. */
export async function observe(client: AdminClient, id: string): Promise<Observed | null> {
  let view = await viewOwn(client, id);
  if ((view?.held?.entry.parts.length ?? 0) > 0) view = await viewAll(client, id);
  if (view === null || view.marker === null) return null;
  const { marker, held } = view;
  if (held === null || marker.removed) return { marker, running: false, operating: nothingRuns };
  const running = isListening(held);
  const { operating } = held.entry;
  return { marker, running, operating: running ? operating : reportUnserved(operating) };
}

export async function survey(client: AdminClient): Promise<readonly Surveyed[]> {
  const read = await readServers(client);
  return read === null ? [] : surveyOf(read.servers);
}

/** The load balancers among all servers; what bears no marker is none of ours. */
export function surveyOf(servers: Json): readonly Surveyed[] {
  return Object.entries(servers).flatMap(([id, server]) => {
    const entry = isObject(server) ? entryOf(server) : null;
    return entry === null || entry.removed ? [] : [{ id, marker: markerOf(entry) }];
  });
}
