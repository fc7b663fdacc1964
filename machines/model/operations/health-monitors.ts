import type { HealthMonitor, LoadBalancerDocument, Pool } from '../document.ts';
import { merged } from './changes.ts';
import { checkPool } from './pool-rules.ts';
import { type Stamp, changed, created } from './stamp.ts';
import { monitoredPoolIn, poolIn, withListenersOf, withPool } from './tree.ts';
import { conflict } from './words.ts';

const mutable: readonly (keyof HealthMonitor)[] = [
  'name',
  'admin_state_up',
  'delay',
  'timeout',
  'max_retries',
  'max_retries_down',
  'http_method',
  'url_path',
  'expected_codes',
  'tags',
  'http_version',
  'domain_name',
];

function withMonitor(
  document: LoadBalancerDocument,
  pool: Pool,
  healthmonitor: HealthMonitor | null,
  stamp: Stamp,
): LoadBalancerDocument {
  const next = changed({ ...pool, healthmonitor }, stamp);
  checkPool(next);
  return withListenersOf(withPool(document, next), pool.id, stamp);
}

export function createHealthMonitor(
  document: LoadBalancerDocument,
  { poolId, healthmonitor }: { poolId: string; healthmonitor: HealthMonitor },
  stamp: Stamp,
): LoadBalancerDocument {
  const pool = poolIn(document, poolId);
  if (pool.healthmonitor !== null) throw conflict('This pool already has a health monitor');
  return withMonitor(document, pool, created(healthmonitor, stamp), stamp);
}

export function updateHealthMonitor(
  document: LoadBalancerDocument,
  { id, changes }: { id: string; changes: Readonly<Record<string, unknown>> },
  stamp: Stamp,
): LoadBalancerDocument {
  const { pool, healthmonitor } = monitoredPoolIn(document, id);
  const next = changed(merged(healthmonitor, changes, mutable), stamp);
  return withMonitor(document, pool, next, stamp);
}

export function deleteHealthMonitor(
  document: LoadBalancerDocument,
  { id }: { id: string },
  stamp: Stamp,
): LoadBalancerDocument {
  return withMonitor(document, monitoredPoolIn(document, id).pool, null, stamp);
}
