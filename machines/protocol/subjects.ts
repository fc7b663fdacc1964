import { z } from 'zod';
import { hash32 } from '../placement/hash.ts';
import { agentId, incarnation } from './seat.ts';

/**
 * Every subject that Holdfast uses, built and read in one place, because the server's permissions
 * are granted by these very words.
 */

export const defaultShards = 64;

/** The shard of an actor; stable for ever, because ownership of its records hangs on it. */
export function shardOf(id: string, shards: number = defaultShards): number {
  return hash32(id) % shards;
}

/** One or more tokens; a stray wildcard or space would address somebody else. */
const tokens = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

function subject(...parts: readonly (string | number)[]): string {
  const joined = `hf.${parts.join('.')}`;
  if (!tokens.test(joined)) {
    throw new Error(`"${joined}" is no subject: its tokens must be made of A-Z, a-z, 0-9, _ and -`);
  }
  return joined;
}

/** From an agent to the judge of its shard. */
export const up = (agent: string, shard: number, kind: string): string =>
  subject('up', agent, shard, kind);
/** From an agent to every controller: how traffic fares. */
export const health = (agent: string): string => subject('up', agent, 'health');
/** From a controller to an agent. */
export const down = (agent: string, kind: string): string => subject('down', agent, kind);
/** From any controller to the one that owns the load balancer's shard. */
export const lb = (shard: number, id: string, verb: string): string =>
  subject('lb', shard, id, verb);
/** From any controller to the one that judges the agent. */
export const agent = (shard: number, id: string, verb: string): string =>
  subject('agent', shard, id, verb);
/** Told to whoever wants to know; nobody acts on it. */
export const events = (kind: string, id: string): string => subject('evt', kind, id);
/** What a process tells of its actors while somebody watches. */
export const inspection = (node: string): string => subject('evt', 'inspect', node);
export const allInspections = 'hf.evt.inspect.*';
/** To all processes: somebody watches. */
export const inspectionWatch = 'hf.inspect.watch';
/** To one process: an operator's event for one of its actors. */
export const sendByHand = (node: string): string => subject('inspect', 'send', node);
export const allSendsByHand = 'hf.inspect.send.*';
/** To one controller. */
export const controller = (id: string, kind: string): string => subject('ctl', id, kind);

/** Where the server tells controllers that a connection ended, and that one began. */
export const connDisconnect = 'hf.conn.disconnect';
export const connConnect = 'hf.conn.connect';

/** The JetStream stream that holds the tickets of every work queue. */
export const ticketStream = 'holdfast-tickets';
/** A driver, a device or a key may be this long in a ticket's subject, as it is written there. */
export const queueTokenMax = 120;

/**
 * Any text as one token: what a subject may not hold, and `_` itself, is written `_` and two hexadecimal
 * digits a byte. So texts that differ never mean the same token.
 */
function queueToken(what: string, text: string): string {
  const token = text.replace(/[^A-Za-z0-9-]/gu, (character) =>
    [...utf8.encode(character)].map((byte) => `_${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  if (token === '') throw new Error(`the ${what} of a ticket must have a name`);
  if (token.length <= queueTokenMax) return token;
  throw new Error(
    `the ${what} "${text}" takes ${token.length} characters in a subject, and ${queueTokenMax} is the limit`,
  );
}

const utf8 = new TextEncoder();

const queuePath = (driver: string, device: string): string =>
  subject('work', queueToken('driver', driver), queueToken('device', device));

/** Where a ticket is put for whoever drives this device. */
export const ticket = (driver: string, device: string, key: string): string =>
  `${queuePath(driver, device)}.${queueToken('key', key)}`;
/** All tickets of a queue. */
export const ticketsOf = (driver: string, device: string): string =>
  `${queuePath(driver, device)}.*`;
/** The consumer that a queue's workers pull from; no token holds two underscores in a row. */
export const ticketConsumer = (driver: string, device: string): string =>
  `${queueToken('driver', driver)}__${queueToken('device', device)}`;
export const allTickets = 'hf.work.>';
/** Asks for a ticket of a queue. */
export const ticketPull = (consumer: string): string =>
  `$JS.API.CONSUMER.MSG.NEXT.${ticketStream}.${consumer}`;
/** What a worker may ask JetStream for: tickets, and to note what became of them. */
export const pullsOfAllQueues = ticketPull('*');
export const acksOfAllTickets = `$JS.ACK.${ticketStream}.>`;

/** The key of what {@link ticket} built; null for any other subject. */
export function parseTicket(text: string): string | null {
  const [, , key] = split(text, 'work', 3) ?? [];
  if (key === undefined || !/^([A-Za-z0-9-]|_[0-9a-f]{2})+$/.test(key)) return null;
  try {
    return decodeURIComponent(key.replaceAll('_', '%'));
  } catch {
    return null; // Bytes that are no text were not written by {@link ticket}.
  }
}

/** What to subscribe to. */
export const upOfShard = (shard: number): string => `${subject('up')}.*.${shard}.>`;
export const allHealth = `${subject('up')}.*.health`;
export const downOfAgent = (agent: string): string => `${subject('down', agent)}.>`;
export const lbOfShard = (shard: number): string => `${subject('lb', shard)}.>`;
export const agentsOfShard = (shard: number): string => `${subject('agent', shard)}.>`;
export const ofController = (id: string): string => `${subject('ctl', id)}.>`;
export const allEvents = 'hf.evt.>';

/** Replies reach a process under a prefix of its own, so that nobody else can listen in. */
export const agentInbox = (agent: string): string => `_INBOX_${agent}`;
export const controllerInbox = (id: string): string => `_INBOX_ctl_${id}`;
/** Two underscores, because an agent may be called operator. */
export const operatorInbox = '_INBOX__operator';

function shardNumber(token: string): number | null {
  return /^\d{1,6}$/.test(token) ? Number(token) : null;
}

/** The tokens behind `hf.<family>.`, the last of `count` with all the rest; null for a stranger. */
function split(text: string, family: string, count: number): readonly string[] | null {
  const prefix = `hf.${family}.`;
  if (!text.startsWith(prefix) || !tokens.test(text)) return null;
  const parts = text.slice(prefix.length).split('.');
  if (parts.length < count) return null;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join('.')];
}

/** How many subjects are remembered as they were read: the same few come again and again. */
const rememberedMax = 4_096;

/** Reads each subject once. */
function remembering<T extends object>(read: (text: string) => Readonly<T> | null) {
  const remembered = new Map<string, Readonly<T> | null>();
  return (text: string): Readonly<T> | null => {
    let value = remembered.get(text);
    if (value === undefined) {
      value = read(text);
      if (remembered.size === rememberedMax) remembered.clear();
      remembered.set(text, value);
    }
    return value;
  };
}

/** Reads what {@link up} built; null for any other subject. */
export const parseUp = remembering<{ agent: string; shard: number; kind: string }>((text) => {
  const [agent, shardText, kind] = split(text, 'up', 3) ?? [];
  if (agent === undefined || shardText === undefined || kind === undefined) return null;
  const shard = shardNumber(shardText);
  return shard === null || !agentId.safeParse(agent).success ? null : { agent, shard, kind };
});

/** The agent that sent what came under a subject of {@link health}; null for any other subject. */
export function parseHealth(text: string): string | null {
  const [agent, kind] = split(text, 'up', 2) ?? [];
  return kind === 'health' && agentId.safeParse(agent).success ? (agent ?? null) : null;
}

/** Reads what {@link down} built; null for any other subject. */
export const parseDown = remembering<{ agent: string; kind: string }>((text) => {
  const [agent, kind] = split(text, 'down', 2) ?? [];
  return agent === undefined || kind === undefined ? null : { agent, kind };
});

/** Reads what {@link lb} built; null for any other subject. */
export const parseLb = (text: string): Addressed | null => parseAddressed(text, 'lb');

/** Reads what {@link agent} built; null for any other subject. */
export const parseAgent = (text: string): Addressed | null => parseAddressed(text, 'agent');

interface Addressed {
  readonly shard: number;
  readonly id: string;
  readonly verb: string;
}

function parseAddressed(text: string, family: string): Addressed | null {
  const [shardText, id, verb] = split(text, family, 3) ?? [];
  if (shardText === undefined || id === undefined || verb === undefined) return null;
  const shard = shardNumber(shardText);
  return shard === null ? null : { shard, id, verb };
}

/** Reads what {@link events} built; null for any other subject. */
export function parseEvent(text: string): { kind: string; id: string } | null {
  const [kind, id] = split(text, 'evt', 2) ?? [];
  return kind === undefined || id === undefined ? null : { kind, id };
}

/** Reads what {@link controller} built; null for any other subject. */
export function parseController(text: string): { id: string; kind: string } | null {
  const [id, kind] = split(text, 'ctl', 2) ?? [];
  return id === undefined || kind === undefined ? null : { id, kind };
}

/** How connections are named, so that a controller knows who left. */
export const agentConnection = (id: string, ofIncarnation: number): string =>
  `agent/${id}/${ofIncarnation}`;
export const controllerConnection = (id: string): string => `controller/${id}`;

export type ConnectionName =
  | { readonly role: 'agent'; readonly id: string; readonly incarnation: number }
  | { readonly role: 'controller'; readonly id: string };

/** Null for a connection that is named otherwise: tools and strangers. */
export function parseConnectionName(name: string): ConnectionName | null {
  const [role, id, number, ...more] = name.split('/');
  if (more.length > 0 || !agentId.safeParse(id).success || id === undefined) return null;
  if (role === 'controller') return number === undefined ? { role, id } : null;
  if (role !== 'agent' || number === undefined || !/^[1-9]\d*$/.test(number)) return null;
  const parsed = incarnation.safeParse(Number(number));
  return parsed.success ? { role, id, incarnation: parsed.data } : null;
}

/** The client block of the server's advisories; the name is claimed, the user is authenticated. */
const client = z.object({
  id: z.int(),
  name: z.string().default(''),
  user: z.string().optional(),
  nkey: z.string().optional(),
});
const server = z.object({ id: z.string() });

/** A connection began. `serverId` and `cid` together identify the connection. */
export const Connect = z.object({ server, client }).transform((advisory) => ({
  clientName: advisory.client.name,
  user: advisory.client.user ?? advisory.client.nkey ?? '',
  serverId: advisory.server.id,
  cid: advisory.client.id,
}));
export type Connect = z.infer<typeof Connect>;

/** A connection ended, and why: in the server's words. */
export const Disconnect = z
  .object({ server, client, reason: z.string() })
  .transform((advisory) => ({ ...Connect.parse(advisory), reason: advisory.reason }));
export type Disconnect = z.infer<typeof Disconnect>;

function parseAdvisory<T>(schema: z.ZodType<T>, data: string): T | null {
  let payload: unknown;
  try {
    payload = JSON.parse(data);
  } catch {
    return null; // A stranger's text is no advisory; the caller knows what to log.
  }
  return schema.safeParse(payload).data ?? null;
}

/** Null for anything that is not the server's advisory. */
export const parseConnect = (data: string): Connect | null => parseAdvisory(Connect, data);
export const parseDisconnect = (data: string): Disconnect | null => parseAdvisory(Disconnect, data);

/**
 * Does this reason mean that the other end closed the connection? A stale connection or a slow
 * consumer is only a guess of the server's, and its own shutdown says nothing about its clients.
 */
export function meansClosed(reason: string): boolean {
  return reason === 'Client Closed' || reason === 'Read Error' || reason === 'Write Error';
}
