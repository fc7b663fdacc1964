import type { AgentFacts } from './candidates.ts';
import { boundedLoadFactor } from './rendezvous.ts';

/** A load balancer that could move to another agent at no cost: its device stays. */
export interface Movable {
  readonly id: string;
  readonly device: string;
  readonly holder: string;
}

export interface PlannedMove {
  readonly loadBalancer: string;
  readonly from: string;
  readonly to: string;
}

export interface Rebalance {
  readonly agents: readonly AgentFacts[];
  readonly movable: readonly Movable[];
  /** Who else can take it, the best first, given these loads. */
  readonly others: (one: Movable, agents: readonly AgentFacts[]) => readonly AgentFacts[];
  /** More moves are not planned. */
  readonly movesMax: number;
}

/** What the fullest of agents with this many load balancers in all may hold. */
export const fullestMost = (total: number, agents: number): number =>
  Math.ceil((boundedLoadFactor * total) / Math.max(1, agents)) + 1;

/** May it be given something, and does it count where a load is shared? */
const isOpen = ({ state, cordoned, flapping }: AgentFacts): boolean =>
  state === 'alive' && !cordoned && flapping === null;

/**
 * The fewest moves after which no agent holds more than 1.25 times the mean of those that drive the same device,
 * rounded up, and one. Whoever is given one stays two below that afterwards at least, so each move makes the sum
 * of the squares of all loads smaller: nothing ever comes back for the same reason.
 */
export function planMoves({
  agents,
  movable,
  others,
  movesMax,
}: Rebalance): readonly PlannedMove[] {
  const moves: PlannedMove[] = [];
  let facts = agents;
  const byId = (id: string) => facts.find((agent) => agent.id === id);
  for (const one of inOrder(movable, agents)) {
    if (moves.length >= movesMax) break;
    const holder = byId(one.holder);
    // What is cordoned keeps what it holds.
    if (holder === undefined || holder.cordoned) continue;
    const most = mostOf(facts, one, holder);
    if (holder.load <= most) continue;
    const target = others(one, facts).find(
      (agent) => agent.id !== holder.id && isOpen(agent) && (byId(agent.id)?.load ?? 0) < most - 1,
    );
    if (target === undefined) continue;
    moves.push({ loadBalancer: one.id, from: holder.id, to: target.id });
    facts = facts.map((agent) => {
      if (agent.id === holder.id) return { ...agent, load: agent.load - 1 };
      return agent.id === target.id ? { ...agent, load: agent.load + 1 } : agent;
    });
  }
  return moves;
}

/** The fullest agents' first; equal ones by their ids, so that all controllers agree. */
function inOrder(movable: readonly Movable[], agents: readonly AgentFacts[]): readonly Movable[] {
  const loads = new Map(agents.map(({ id, load }) => [id, load]));
  const load = ({ holder }: Movable) => loads.get(holder) ?? 0;
  return movable.toSorted((a, b) => load(b) - load(a) || (a.id < b.id ? -1 : 1));
}

function mostOf(facts: readonly AgentFacts[], { device }: Movable, holder: AgentFacts): number {
  const group = facts.filter(
    (agent) =>
      agent.id === holder.id ||
      (isOpen(agent) && agent.devices.some((own) => own.device === device && own.lost === null)),
  );
  return fullestMost(
    group.reduce((sum, agent) => sum + agent.load, 0),
    group.length,
  );
}
