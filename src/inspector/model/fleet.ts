import { NameOrder, compare } from './name-order.ts';
import { type SeatShown, listOf, numberOf, recordOf, seatOf, textOf } from './reading.ts';
import { isSilent } from './silence.ts';
import { type Tone, toneOf } from './tone.ts';
import type { InspectedActor, InspectedWorld } from './world.ts';

export interface LoadBalancerCell {
  readonly id: string;
  /** What people call it; its id where they have not. */
  readonly name: string;
  readonly actor: InspectedActor;
  readonly state: string;
  readonly tone: Tone;
  readonly binding: SeatShown | null;
  readonly standby: SeatShown | null;
  readonly reason: string | null;
  readonly waitingSinceMs: number | null;
  readonly deadlineAtMs: number | null;
  readonly isOverdue: boolean;
}

export interface AgentLane {
  readonly id: string;
  readonly host: string | null;
  readonly zone: string | null;
  /** As its judge sees it; empty where no judge tells of it. */
  readonly state: string;
  readonly tone: Tone;
  readonly reason: string | null;
  readonly isCordoned: boolean;
  readonly capacity: number | null;
  /** What its own process says; null where that tells nothing. */
  readonly own: { readonly state: string; readonly tone: Tone } | null;
  /** It has told of itself, and does not any more. */
  readonly isSilent: boolean;
  readonly cells: readonly LoadBalancerCell[];
  /** For how many it stands by. */
  readonly standbys: number;
}

export interface ControllerLane {
  readonly id: string;
  readonly isSilent: boolean;
  readonly shards: readonly number[];
  /** Why verdicts wait; null while the storm brake is off. */
  readonly brake: string | null;
  readonly inFlight: number;
  readonly waiting: number;
  /** How many load balancers run in it. */
  readonly owned: number;
}

export interface Fleet {
  readonly controllers: readonly ControllerLane[];
  readonly agents: readonly AgentLane[];
  /** Those that nobody holds. */
  readonly unbound: readonly LoadBalancerCell[];
  /** Those that want something which they do not have, or that are in trouble; the longest wait first. */
  readonly wanting: readonly LoadBalancerCell[];
  readonly all: ReadonlyMap<string, LoadBalancerCell>;
  readonly byTone: Readonly<Partial<Record<Tone, number>>>;
  readonly byState: ReadonlyMap<string, number>;
}

const cells = new WeakMap<InspectedActor, LoadBalancerCell>();

/** The same object for the same actor, so that what has not changed is not drawn again. */
export function cellOf(actor: InspectedActor): LoadBalancerCell {
  const known = cells.get(actor);
  if (known !== undefined) return known;
  const { context, id, label, state } = actor;
  const cell: LoadBalancerCell = {
    id,
    name: label ?? id,
    actor,
    state: actor.condition === 'running' ? state : actor.condition,
    tone: toneOf(actor),
    binding: seatOf(context['binding']),
    standby: seatOf(context['standby']),
    reason: actor.trouble ?? textOf(context['refusal']) ?? textOf(context['reason']),
    waitingSinceMs: numberOf(context['waitingSince']),
    deadlineAtMs: numberOf(context['deadlineAt']),
    isOverdue: context['overdue'] === true,
  };
  cells.set(actor, cell);
  return cell;
}

/**
 * The actors of a kind, each once: after a controller was killed, two processes may be known to run one. A
 * process that is alive counts before one that is silent, and then the newer record, and the newer news.
 */
export function actorsOf(
  world: InspectedWorld,
  kind: InspectedActor['kind'],
  nowMs: number,
): Map<string, InspectedActor> {
  const found = new Map<string, InspectedActor>();
  for (const actor of world.actors.values()) {
    if (actor.kind !== kind) continue;
    const other = found.get(actor.id);
    if (other === undefined || countsBefore(world, nowMs, actor, other)) found.set(actor.id, actor);
  }
  return found;
}

function countsBefore(world: InspectedWorld, nowMs: number, a: InspectedActor, b: InspectedActor) {
  const silent = ({ node }: InspectedActor) => {
    const known = world.nodes.get(node);
    return known === undefined || isSilent(known, nowMs);
  };
  if (silent(a) !== silent(b)) return silent(b);
  const revisions = (a.revision ?? -1) - (b.revision ?? -1);
  return revisions === 0 ? a.atMs > b.atMs : revisions > 0;
}

/** The fleet as it stands; lanes that are as they were in `before` are the very same objects. */
export function fleetOf(world: InspectedWorld, nowMs: number, before?: Fleet): Fleet {
  const all = new Map<string, LoadBalancerCell>();
  const byAgent = new Map<string, LoadBalancerCell[]>();
  const standbys = new Map<string, number>();
  const byTone: Partial<Record<Tone, number>> = {};
  const byState = new Map<string, number>();
  const unbound: LoadBalancerCell[] = [];
  const actors = [...actorsOf(world, 'load-balancer', nowMs).values()];
  // In order from the beginning, so that each lane is in order as well.
  for (const cell of order.sort(actors.map(cellOf), itself)) {
    all.set(cell.id, cell);
    byTone[cell.tone] = (byTone[cell.tone] ?? 0) + 1;
    byState.set(cell.state, (byState.get(cell.state) ?? 0) + 1);
    if (cell.standby !== null) {
      standbys.set(cell.standby.agent, (standbys.get(cell.standby.agent) ?? 0) + 1);
    }
    if (cell.binding === null) unbound.push(cell);
    else {
      const lane = byAgent.get(cell.binding.agent);
      if (lane === undefined) byAgent.set(cell.binding.agent, [cell]);
      else lane.push(cell);
    }
  }
  const agents = lanesOf(world, nowMs, byAgent, standbys);
  const known = new Map(before?.agents.map((lane) => [lane.id, lane]));
  return {
    controllers: controllersOf(world, nowMs),
    agents: agents.map((lane) => same(known.get(lane.id), lane)),
    unbound,
    wanting: [...all.values()].filter(isWanting).sort(byWait),
    all,
    byTone,
    byState,
  };
}

const wanting: ReadonlySet<Tone> = new Set(['waiting', 'lost', 'bad']);
const isWanting = ({ tone }: LoadBalancerCell) => wanting.has(tone);

const order = new NameOrder();
const itself = (cell: LoadBalancerCell) => cell;

/** Those that wait equally long stay in the order that they are in. */
const byWait = (a: LoadBalancerCell, b: LoadBalancerCell) => {
  const [since, other] = [a.waitingSinceMs ?? Infinity, b.waitingSinceMs ?? Infinity];
  return since === other ? 0 : since - other;
};

function lanesOf(
  world: InspectedWorld,
  nowMs: number,
  byAgent: ReadonlyMap<string, LoadBalancerCell[]>,
  standbys: ReadonlyMap<string, number>,
): AgentLane[] {
  const judged = actorsOf(world, 'liveness', nowMs);
  const own = actorsOf(world, 'agent', nowMs);
  const nodes = [...world.nodes.values()].filter(({ role }) => role === 'agent');
  const ids = new Set([...judged.keys(), ...nodes.map(({ id }) => id), ...byAgent.keys()]);
  return [...ids].sort(compare).map((id) => {
    const liveness = judged.get(id);
    const description = recordOf(liveness?.context['description']);
    const node = world.nodes.get(id);
    const self = own.get(id);
    return {
      id,
      host: textOf(description?.['host']) ?? textOf(node?.facts['host']),
      zone: textOf(description?.['zone']),
      state: liveness?.state ?? '',
      tone: liveness === undefined ? 'idle' : toneOf(liveness),
      reason: liveness?.trouble ?? textOf(liveness?.context['reason']),
      isCordoned: recordOf(liveness?.context['cordon']) !== null,
      capacity: numberOf(description?.['capacity']),
      own: self === undefined ? null : { state: self.state, tone: toneOf(self) },
      isSilent: node !== undefined && isSilent(node, nowMs),
      cells: byAgent.get(id) ?? [],
      standbys: standbys.get(id) ?? 0,
    };
  });
}

function controllersOf(world: InspectedWorld, nowMs: number): ControllerLane[] {
  const owned = new Map<string, number>();
  for (const { kind, node } of world.actors.values()) {
    if (kind === 'load-balancer') owned.set(node, (owned.get(node) ?? 0) + 1);
  }
  return [...world.nodes.values()]
    .filter(({ role, id }) => role === 'controller' || (role === 'simulator' && owned.has(id)))
    .sort((a, b) => compare(a.id, b.id))
    .map((node) => ({
      id: node.id,
      isSilent: isSilent(node, nowMs),
      shards: listOf(node.facts['shards'])
        .map(numberOf)
        .filter((shard) => shard !== null),
      brake: brakeOf(node.facts['brake']),
      ...pacingOf(node.facts['pacing']),
      owned: owned.get(node.id) ?? 0,
    }));
}

function brakeOf(value: unknown): string | null {
  const brake = recordOf(value);
  if (brake?.['engaged'] !== true) return null;
  return textOf(brake['reason']) ?? 'verdicts wait';
}

function pacingOf(value: unknown): { readonly inFlight: number; readonly waiting: number } {
  const agents = listOf(recordOf(value)?.['agents']).map(recordOf);
  const sum = (key: string) => agents.reduce((all, each) => all + (numberOf(each?.[key]) ?? 0), 0);
  return { inFlight: sum('inFlight'), waiting: sum('waiting') };
}

function same(before: AgentLane | undefined, lane: AgentLane): AgentLane {
  if (before === undefined || before.cells.length !== lane.cells.length) return lane;
  if (!before.cells.every((cell, index) => cell === lane.cells[index])) return lane;
  const keys = [
    'host',
    'zone',
    'state',
    'tone',
    'reason',
    'isCordoned',
    'capacity',
    'isSilent',
    'standbys',
  ] as const;
  const isSame =
    keys.every((key) => before[key] === lane[key]) && before.own?.state === lane.own?.state;
  return isSame ? before : lane;
}

export interface FleetFilter {
  /** Of a load balancer's name, id, holder, state or reason, or of an agent's id or host. */
  readonly text: string;
  /** Empty means all. */
  readonly tones: ReadonlySet<Tone>;
}

/** Does the load balancer itself pass? Where an agent's own name is asked for, all that it holds does. */
export function passes(cell: LoadBalancerCell, { text, tones }: FleetFilter): boolean {
  if (tones.size > 0 && !tones.has(cell.tone)) return false;
  if (text === '') return true;
  const wanted = text.toLowerCase();
  const { name, id, state, binding, reason } = cell;
  return [name, id, state, binding?.agent ?? '', reason ?? ''].some((each) =>
    each.toLowerCase().includes(wanted),
  );
}

export function laneMatches({ id, host }: AgentLane, { text, tones }: FleetFilter): boolean {
  if (tones.size > 0) return false;
  const wanted = text.toLowerCase();
  return id.toLowerCase().includes(wanted) || (host ?? '').toLowerCase().includes(wanted);
}
