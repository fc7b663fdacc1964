import { type Marker, RetryableError } from '../contract/errors.ts';
import type { AdminClient, Write } from './admin-client.ts';
import { serverPath, serversPath } from './device.ts';
import { type Entry, entryOf, markerOf, withEntry, withoutEntry } from './entry.ts';
import { isObject, type Json } from './json.ts';
import { contentHash, isPartOf } from './render/content.ts';
import { listedTombstone, tombstonesName } from './tombstones.ts';

/** What the device holds of one load balancer. */
export interface Held {
  readonly entry: Entry;
  /** Its first server, without the entry. */
  readonly first: Json;
  /** Its further servers; only those that are there, and only in a view of all servers. */
  readonly parts: Readonly<Record<string, Json>>;
}

/** What was read, and what a change of it is conditional on. */
export interface View {
  /** Null: the device has never heard of it. */
  readonly marker: Marker | null;
  /** Null also where only a line in the list of tombstones is left. */
  readonly held: Held | null;
  /** The change that puts this in the place of what was read, if that still stands there. */
  change(first: Json, entry: Entry, parts: Readonly<Record<string, Json>>): Write;
}

/**
 * A view of the load balancer's first server alone, which no change of another load balancer outdates.
 * Null: the device has no servers at all yet.
 */
export async function viewOwn(client: AdminClient, id: string): Promise<View | null> {
  const path = serverPath(id);
  const read = await client.read(path);
  if (read === undefined) return null;
  if (read.value !== null) {
    const held = heldOf(id, read.value, {});
    const change = (first: Json, entry: Entry): Write => ({
      method: 'PATCH',
      path,
      body: withEntry(first, entry),
      ifMatch: read.etag,
    });
    return { marker: markerOf(held.entry), held, change };
  }
  // A person may have taken away the first server alone: its others serve on, and only a view of all has them.
  const servers = (await readServers(client))?.servers ?? {};
  const isLeftOver = Object.keys(servers).some((name) => isPartOf(id, name));
  return isLeftOver ? viewAll(client, id) : viewListed(client, id);
}

/**
 * There is no server of it now. PUT makes sure that there still is none, and the condition that it was
 * not removed, and put into the list, meanwhile.
 */
async function viewListed(client: AdminClient, id: string): Promise<View | null> {
  const list = await client.read(serverPath(tombstonesName));
  if (list === undefined) return null;
  return {
    marker: listedTombstone(list.value, id),
    held: null,
    change: (first, entry) => ({
      method: 'PUT',
      path: serverPath(id),
      body: withEntry(first, entry),
      ifMatch: list.etag,
    }),
  };
}

/** A view that changes several servers at once, and so is outdated by any change on the device. */
export async function viewAll(client: AdminClient, id: string): Promise<View | null> {
  const read = await readServers(client);
  if (read === null) return null;
  const { servers, etag } = read;
  const held = heldAmong(servers, id);
  return {
    marker: held === null ? listedTombstone(servers[tombstonesName], id) : markerOf(held.entry),
    held,
    change(first, entry, parts) {
      const old = new Set(held?.entry.parts ?? []);
      const others = Object.entries(servers).filter(
        ([name]) => !old.has(name) && !isPartOf(id, name),
      );
      const body = { ...Object.fromEntries(others), ...parts, [id]: withEntry(first, entry) };
      return { method: 'PATCH', path: serversPath, body, ifMatch: etag };
    },
  };
}

/** Every server that the device has, also those that are none of ours; null where it has none at all. */
export async function readServers(
  client: AdminClient,
): Promise<{ readonly servers: Json; readonly etag: string } | null> {
  const read = await client.read(serversPath);
  if (read === undefined || read.value === null) return null;
  return isObject(read.value) ? { servers: read.value, etag: read.etag } : null;
}

/** What of all servers belongs to a load balancer; null where its first one is not there. */
export function heldAmong(servers: Json, id: string): Held | null {
  const first = servers[id];
  return first === undefined || first === null ? null : heldOf(id, first, servers);
}

function heldOf(id: string, server: unknown, servers: Json): Held {
  const entry = isObject(server) ? entryOf(server) : null;
  if (!isObject(server) || entry === null) {
    throw new RetryableError(
      `the device holds something at ${serverPath(id)} without a marker that can be read, so nothing ` +
        `would fence stale agents: put the marker back, or remove all of it there`,
    );
  }
  const parts = entry.parts.flatMap((name): [string, Json][] => {
    const part = servers[name];
    return isObject(part) ? [[name, part]] : [];
  });
  return { entry, first: withoutEntry(server), parts: Object.fromEntries(parts) };
}

/** Is the content still what was written? Only of a view of all servers where it has parts. */
export function isIntact({ entry, first, parts }: Held): boolean {
  return contentHash(first, parts) === entry.content;
}

/** Are all its listeners bound? Only of a view of all servers where it has parts. */
export function isListening({ entry, first, parts }: Held): boolean {
  const listening = [first, ...Object.values(parts)].filter(
    ({ listen }) => Array.isArray(listen) && listen.length > 0,
  );
  return !entry.removed && listening.length >= entry.bound;
}
