import type { Frame } from '../../../machines/protocol/inspection.ts';
import {
  parseAgent,
  parseController,
  parseDown,
  parseHealth,
  parseLb,
  parseUp,
} from '../../../machines/protocol/subjects.ts';
import { type Entry, isAnswered } from './entries.ts';
import { listOf, seatOf, textOf } from './reading.ts';
import type { Tone } from './tone.ts';
import type { InspectedWorld } from './world.ts';

/** What a sequence is of. */
export interface Subject {
  readonly kind: 'load-balancer' | 'agent';
  readonly id: string;
}

/** So many rows a sequence has at most: the newest ones. */
export const rowsMax = 2_000;

export type ParticipantKind =
  'api' | 'clock' | 'other' | 'judge' | 'placement' | 'actor' | 'controller' | 'agent' | 'device';

export interface Participant {
  readonly key: string;
  readonly kind: ParticipantKind;
  readonly title: string;
  readonly subtitle: string;
}

export interface Arrow {
  readonly entry: Entry;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The state that the receiver came to; null where it did not move. */
  readonly state: { readonly to: string; readonly tone: Tone } | null;
  /** How long its answer took; null where there was none. */
  readonly tookMs: number | null;
  readonly isFailed: boolean;
  readonly isMessage: boolean;
}

export interface Sequence {
  readonly participants: readonly Participant[];
  readonly arrows: readonly Arrow[];
  /** How many older ones are not shown. */
  readonly left: number;
}

/** From the left to the right, so that most of what is told goes one way. */
const order: readonly ParticipantKind[] = [
  'api',
  'clock',
  'other',
  'judge',
  'placement',
  'actor',
  'controller',
  'agent',
  'device',
];

/** Who told whom what, as far as it is about one load balancer or agent; in the order of time. */
export function sequenceOf(
  entries: Iterable<Entry>,
  world: InspectedWorld,
  subject: Subject,
): Sequence {
  // Of a long history nearly all is about others: it is looked through once.
  const near: Entry[] = [];
  for (const entry of entries) if (mayConcern(entry, subject)) near.push(entry);
  const holders = holdersOf(near, subject);
  const concerned = near.filter(
    ({ loadBalancer, agent, actor }) =>
      (subject.kind === 'agent' ? agent : loadBalancer) === subject.id ||
      holders.has(actor?.id ?? ''),
  );
  const shown = concerned.slice(-rowsMax).sort((a, b) => a.atMs - b.atMs || a.number - b.number);
  const known: Known = { world, participants: new Map() };
  const arrows = shown.map((entry) => arrowOf(entry, known)).filter((arrow) => arrow !== null);
  const participants = [...known.participants.values()].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.key < b.key ? -1 : 1),
  );
  return { participants, arrows, left: concerned.length - shown.length };
}

/** Who has held it, and since which entry that matters: what is judged of them explains what becomes of it. */
function holdersOf(entries: readonly Entry[], { kind, id }: Subject): ReadonlySet<string> {
  const holders = new Set<string>();
  if (kind === 'agent') return holders;
  for (const { frame, actor } of entries) {
    if (frame?.type !== 'actor' || actor?.kind !== 'load-balancer' || actor.id !== id) continue;
    for (const role of ['binding', 'standby', 'replaced']) {
      const seat = seatOf(frame.context[role]);
      if (seat !== null) holders.add(seat.agent);
    }
  }
  return holders;
}

/** It is about the subject, or a verdict on somebody who may have held it. */
function mayConcern({ actor, agent, loadBalancer, step }: Entry, { kind, id }: Subject): boolean {
  if (kind === 'agent') return agent === id;
  if (loadBalancer === id) return true;
  return actor?.kind === 'liveness' && step !== null && step.from !== step.to;
}

interface Known {
  readonly world: InspectedWorld;
  readonly participants: Map<string, Participant>;
}

function arrowOf(entry: Entry, known: Known): Arrow | null {
  if (entry.frame?.type === 'message') return ofMessage(entry, entry.frame, known);
  if (entry.step !== null) return ofStep(entry, known);
  if (entry.kind === 'gone' || entry.kind === 'gap') return null;
  const to = process(known, entry.node);
  const from = entry.kind === 'hand' ? participant(known, 'api', 'operator') : to;
  return { ...plain, entry, from, to, label: entry.title, isFailed: entry.tone === 'bad' };
}

const plain = { state: null, tookMs: null, isFailed: false, isMessage: false } as const;

type MessageFrame = Extract<Frame, { type: 'message' }>;

function ofMessage(entry: Entry, frame: MessageFrame, known: Known): Arrow {
  const { receiver, label } = addressed(frame.subject, known.world);
  const from = process(known, entry.node);
  const to = receiver === null ? participant(known, 'other', 'somebody') : process(known, receiver);
  const { outcome, tookMs, count } = frame;
  const failed = isAnswered(outcome) ? '' : ` (${outcome})`;
  return {
    ...plain,
    entry,
    from,
    to,
    label: `${label}${count > 1 ? ` ×${count}` : ''}${failed}`,
    tookMs,
    isFailed: failed !== '',
    isMessage: true,
  };
}

/** Who is meant by a subject, and what is asked there. Null where nobody is known to listen. */
export function addressed(
  subject: string,
  world: InspectedWorld,
): { readonly receiver: string | null; readonly label: string } {
  const down = parseDown(subject);
  if (down !== null) return { receiver: down.agent, label: down.kind };
  const to = parseController(subject);
  if (to !== null) return { receiver: to.id === 'all' ? null : to.id, label: to.kind };
  const up = parseUp(subject);
  if (up !== null) return { receiver: controllerOf(up.shard, world), label: up.kind };
  const actor = parseLb(subject) ?? parseAgent(subject);
  if (actor !== null) return { receiver: controllerOf(actor.shard, world), label: actor.verb };
  if (parseHealth(subject) !== null) return { receiver: null, label: 'health' };
  return { receiver: null, label: subject };
}

/** The one that says it has the shard; of several, the one that was heard last. */
function controllerOf(shard: number, world: InspectedWorld): string | null {
  let newest: { readonly id: string; readonly atMs: number } | null = null;
  for (const node of world.nodes.values()) {
    if (!listOf(node.facts['shards']).includes(shard)) continue;
    if (newest === null || node.atMs > newest.atMs) newest = node;
  }
  return newest?.id ?? null;
}

function ofStep(entry: Entry, known: Known): Arrow | null {
  const { step, actor, node } = entry;
  if (step === null || actor === null) return null;
  const to = receiverOf(actor, node, known);
  const from = causeOf(entry, to, known);
  const hasMoved = step.from !== step.to;
  const state = hasMoved ? { to: step.to, tone: entry.tone } : null;
  return { ...plain, entry, from, to, label: step.event.type, state };
}

function receiverOf(
  { kind, id, label }: NonNullable<Entry['actor']>,
  node: string,
  known: Known,
): string {
  if (kind === 'load-balancer')
    return participant(known, 'actor', id, label ?? id, 'load balancer');
  if (kind === 'liveness') return participant(known, 'judge', 'judge');
  return process(known, node);
}

/** Who causes an event of this type; the machines say so where they define them. */
function causeOf(entry: Entry, self: string, known: Known): string {
  const { step, actor, node } = entry;
  const type = step?.event.type ?? '';
  const [family] = type.split('.');
  // It begins by itself.
  if (family === 'xstate') return self;
  switch (actor?.kind) {
    case 'load-balancer':
      return causeOfLoadBalancers(entry, family ?? '', self, known);
    case 'liveness':
      if (type === 'silent' || type === 'expired' || family === 'lease' || type === 'calmed') {
        return participant(known, 'clock', 'clock');
      }
      if (['cordon', 'uncordon', 'trusted'].includes(type)) return participant(known, 'api', 'api');
      if (type === 'connection.closed') return participant(known, 'other', 'NATS');
      return process(known, actor.id);
    case 'device':
      if (family === 'execute' || family === 'device') return participant(known, 'device', node);
      if (family === 'retry') return participant(known, 'clock', 'clock');
      return self;
    case 'agent':
      return family === 'lease' ? participant(known, 'clock', 'clock') : self;
    case undefined:
      return self;
  }
}

function causeOfLoadBalancers(entry: Entry, family: string, self: string, known: Known): string {
  const event = entry.step?.event;
  switch (family) {
    case 'place':
      return participant(known, 'placement', 'placement');
    case 'agent':
    case 'shadow':
      return participant(known, 'judge', 'judge');
    case 'desired':
      return participant(known, 'api', 'api');
    case 'deadline':
    case 'retry':
      return participant(known, 'clock', 'clock');
    case 'claim':
    case 'driven': {
      const agent = textOf(event?.['agent']) ?? entry.agent;
      return agent === null ? self : process(known, agent);
    }
    default:
      return self;
  }
}

const titles: Readonly<Record<ParticipantKind, (id: string) => readonly [string, string]>> = {
  api: (id) => (id === 'api' ? ['API', 'users'] : ['By hand', id]),
  clock: () => ['Clock', 'deadlines'],
  placement: () => ['Placement', 'candidates'],
  judge: () => ['Judge', 'liveness'],
  actor: (id) => [id, 'load balancer'],
  controller: (id) => [id, 'controller'],
  agent: (id) => [id, 'agent'],
  device: (id) => ['Device', `of ${id}`],
  other: (id) => [id, ''],
};

function participant(
  known: Known,
  kind: ParticipantKind,
  id: string,
  title?: string,
  subtitle?: string,
): string {
  const key = `${kind}/${id}`;
  if (!known.participants.has(key)) {
    const [own, below] = titles[kind](id);
    known.participants.set(key, { key, kind, title: title ?? own, subtitle: subtitle ?? below });
  }
  return key;
}

/** A process that nobody has heard of is an agent: controllers are found by what they say of their shards. */
function process(known: Known, id: string): string {
  const role = known.world.nodes.get(id)?.role ?? 'agent';
  return participant(known, role === 'agent' ? 'agent' : 'controller', id);
}
