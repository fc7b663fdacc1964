import { z } from 'zod';
import { OperatingReport } from '../../machines/model/status.ts';
import type { Marker } from '../contract/errors.ts';
import { isObject, type Json } from './json.ts';

/**
 * What Caddy keeps for us within a load balancer's first server: its condition (If-Match) covers this
 * together with the configuration. It stands in a handler `vars`, which sets a variable that nobody
 * reads; a field of our own would be refused, and an `@id` holds one text only.
 */
const Entry = z.strictObject({
  format: z.literal(1),
  epoch: z.int().min(1),
  generation: z.int().min(0),
  removed: z.boolean(),
  /** The agent that wrote it, for people. */
  holder: z.string(),
  /** The hash of the content as it was written; a person's change makes it wrong. */
  content: z.string(),
  /** The servers beside the first, of further listeners. */
  parts: z.array(z.string()),
  /** How many listeners are to be bound. */
  bound: z.int().min(0),
  /** The statuses as the apply found them, since an observer has no document. */
  operating: OperatingReport,
});
export type Entry = Readonly<z.infer<typeof Entry>>;

const variable = 'holdfast';

/** The entry within a load balancer's first server; null where there is none that can be read. */
export function entryOf(server: Json): Entry | null {
  const first = Array.isArray(server['routes']) ? (server['routes'][0] as unknown) : null;
  const handlers = isObject(first) && Array.isArray(first['handle']) ? first['handle'] : [];
  const handler = handlers[0] as unknown;
  if (!isObject(handler) || handler['handler'] !== 'vars') return null;
  const parsed = Entry.safeParse(handler[variable]);
  return parsed.success ? parsed.data : null;
}

export function withEntry(content: Json, entry: Entry): Json {
  const routes = Array.isArray(content['routes']) ? (content['routes'] as unknown[]) : [];
  const handler = { handler: 'vars', [variable]: entry };
  return { ...content, routes: [{ handle: [handler] }, ...routes] };
}

/** The server as it was before {@link withEntry}; only of one that has an entry. */
export function withoutEntry(server: Json): Json {
  const [, ...routes] = server['routes'] as unknown[];
  return { ...server, routes };
}

export function markerOf({ epoch, generation, removed }: Marker): Marker {
  return { epoch, generation, removed };
}
