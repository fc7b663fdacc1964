import type {
  MemberState,
  ObservedListener,
  ObservedPool,
} from '../../machines/health/observation.ts';
import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { Listener, LoadBalancerDocument, Pool } from '../../machines/model/document.ts';
import { backendName, services } from './render/services.ts';
import type { StatRow } from './show-stat.ts';

type Rows = ReadonlyMap<string, StatRow>;

/** What runs, by what HAProxy says of itself. */
export function observedListeners(
  document: LoadBalancerDocument,
  rows: readonly StatRow[],
): readonly ObservedListener[] {
  const byName = new Map(rows.map((row) => [`${row.proxy} ${row.name}`, row]));
  return services(document).flatMap(({ listener, pool }) => {
    const frontend = byName.get(`${listener.id} FRONTEND`);
    if (frontend === undefined) return [];
    const isFull = frontend.status === 'FULL';
    return [{ id: listener.id, isFull, pool: pool && observedPool(listener, pool, byName) }];
  });
}

/** The counters of the listeners that are bound. */
export function listenerStatistics(
  document: LoadBalancerDocument,
  rows: readonly StatRow[],
): ListenerStatistics {
  const listeners = new Set(services(document).map(({ listener }) => listener.id));
  const frontends = rows.filter(({ proxy, name }) => name === 'FRONTEND' && listeners.has(proxy));
  return Object.fromEntries(
    frontends.map(({ proxy, counters }) => [
      proxy,
      {
        active_connections: counters.scur,
        bytes_in: counters.bin,
        bytes_out: counters.bout,
        request_errors: counters.ereq,
        total_connections: counters.stot,
      },
    ]),
  );
}

function observedPool(listener: Listener, pool: Pool, rows: Rows): ObservedPool | null {
  const backend = backendName(pool, listener);
  const summary = rows.get(`${backend} BACKEND`);
  if (summary === undefined) return null;
  const members = new Map<string, MemberState>();
  for (const { id } of pool.members) {
    const row = rows.get(`${backend} ${id}`);
    if (row !== undefined) members.set(id, memberState(row.status));
  }
  return { id: pool.id, isUp: summary.status.startsWith('UP'), members };
}

/** HAProxy's words: UP, UP 1/3, DOWN, DOWN 1/2, NOLB, MAINT, MAINT (via …), DRAIN, no check. */
function memberState(status: string): MemberState {
  if (status.startsWith('DOWN')) return 'down';
  if (status.startsWith('MAINT')) return 'maintenance';
  if (status.startsWith('DRAIN')) return 'draining';
  return status === 'no check' ? 'unchecked' : 'up';
}
