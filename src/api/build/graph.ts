import type { Listener, Pool } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { ListenerSingleCreate } from '../schemas/listener.ts';
import type { PoolSingleCreate } from '../schemas/pool.ts';
import { newListener } from './listener.ts';
import type { Birth } from './named.ts';
import { newPool } from './pool.ts';

const invalid = (detail: string) => new Fault(400, `Validation failure: ${detail}`);

/**
 * The listeners and pools of a load balancer that is created whole. Pools stand in the list or
 * within a listener; a listener may refer to one by nothing but its name. Throws a Fault (400)
 * where a name is missing, used twice, or means no pool.
 */
export function newGraph(
  input: { listeners: readonly ListenerSingleCreate[]; pools: readonly PoolSingleCreate[] },
  birth: Birth,
): { listeners: Listener[]; pools: Pool[] } {
  const inline = input.listeners.flatMap((listener) => {
    const pool = listener.default_pool ?? null;
    if (pool === null) return [];
    if (!pool.name) {
      throw invalid('Pools must be named when creating a fully populated loadbalancer.');
    }
    return isReference(pool) ? [] : [pool];
  });
  const pools = [...input.pools, ...inline].map((pool) => newPool(pool, birth));
  const ids = idsByName(pools);
  const listeners = input.listeners.map((listener) =>
    newListener(listener, poolIdOf(listener, ids), birth),
  );
  return { listeners, pools };
}

/** A pool of which nothing but the name is given is spelled out elsewhere in the request. */
function isReference(pool: PoolSingleCreate): boolean {
  const given = Object.entries(pool).filter(([, value]) => value !== undefined && value !== null);
  return given.every(([attribute]) => attribute === 'name');
}

/** Of one name only once; unnamed pools can't be referred to, and may be many. */
function idsByName(pools: readonly Pool[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { name, id } of pools) {
    if (name === '') continue;
    if (ids.has(name)) {
      throw invalid('Pool names must be unique when creating a fully populated loadbalancer.');
    }
    ids.set(name, id);
  }
  return ids;
}

function poolIdOf(listener: ListenerSingleCreate, ids: ReadonlyMap<string, string>): string | null {
  const name = listener.default_pool?.name ?? null;
  if (name === null) return listener.default_pool_id ?? null;
  const id = ids.get(name);
  if (id === undefined) {
    throw invalid(`Pool '${name}' was referenced but no full definition was found.`);
  }
  return id;
}
