import type { Marker } from '../contract/errors.ts';
import { entryOf, markerOf } from './entry.ts';
import { isObject, type Json } from './json.ts';

/**
 * A load balancer that is removed leaves its first server as a tombstone, without a listener. When more
 * than so many of them stand around, they are put into one list.
 */
export const looseTombstonesMax = 64;
/** So many of the newest that were put into the list are kept: about 50 bytes each. */
export const listedTombstonesMax = 10_000;

/** The server that holds the list; it listens nowhere. */
export const tombstonesName = 'holdfast-removed';
const variable = 'holdfast-removed';

type Servers = Readonly<Record<string, unknown>>;

/** The marker of a load balancer that is in the list; null where it is not. */
export function listedTombstone(list: unknown, id: string): Marker | null {
  const line = linesOf(list).find((each) => each.startsWith(`${id} `));
  if (line === undefined) return null;
  const [, epoch, generation] = line.split(' ');
  return { epoch: Number(epoch), generation: Number(generation), removed: true };
}

/** All servers with the loose tombstones put into the list; null while there are too few of them. */
export function compacted(servers: Servers, keep = listedTombstonesMax): Servers | null {
  const loose = Object.entries(servers).flatMap(([id, server]) => {
    const marker = isObject(server) ? entryOf(server) : null;
    return marker?.removed === true ? [{ id, ...markerOf(marker) }] : [];
  });
  if (loose.length <= looseTombstonesMax) return null;
  const gone = new Set(loose.map(({ id }) => id));
  const rest = Object.entries(servers).filter(([id]) => !gone.has(id));
  const added = loose.map(({ id, epoch, generation }) => `${id} ${epoch} ${generation}`);
  const lines = [...linesOf(servers[tombstonesName]), ...added].slice(-keep);
  return { ...Object.fromEntries(rest), [tombstonesName]: tombstoneList(lines) };
}

function tombstoneList(lines: readonly string[]): Json {
  return {
    automatic_https: { disable: true },
    routes: [{ handle: [{ handler: 'vars', [variable]: lines }] }],
  };
}

function linesOf(list: unknown): readonly string[] {
  const routes: unknown = isObject(list) ? list['routes'] : null;
  const route: unknown = Array.isArray(routes) ? routes[0] : null;
  const handlers: unknown = isObject(route) ? route['handle'] : null;
  const handler: unknown = Array.isArray(handlers) ? handlers[0] : null;
  const lines: unknown = isObject(handler) ? handler[variable] : null;
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}
