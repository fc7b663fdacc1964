import { type AgentFacts, type Ask, type Rejected, rejection } from './candidates.ts';
import { rendezvous } from './rendezvous.ts';
import type { Strategy } from './strategy.ts';

export interface Ranking {
  /** The best first. */
  readonly ranked: readonly AgentFacts[];
  readonly rejected: readonly Rejected[];
}

/** Who can take a load balancer, the best first, and why the others can't. */
export type RankPolicy = (agents: readonly AgentFacts[], ask: Ask) => Ranking;

/**
 * Ranks by a strategy. Agents on hosts that are better avoided come behind all others, and those that flap
 * come last, in the strategy's order.
 */
export function rankBy(strategy: Strategy): RankPolicy {
  return (agents, ask) => {
    const fit: AgentFacts[] = [];
    const rejected: Rejected[] = [];
    for (const agent of agents) {
      const reason = rejection(agent, ask);
      if (reason === null) fit.push(agent);
      else rejected.push({ agent: agent.id, reason });
    }
    const ordered = strategy(fit, ask);
    const ranked = ordered.toSorted((a, b) => drawbacks(a, ask) - drawbacks(b, ask));
    return { ranked, rejected };
  };
}

function drawbacks({ host, flapping }: AgentFacts, { apart }: Ask): number {
  return (flapping === null ? 0 : 2) + (apart.avoid.has(host) ? 1 : 0);
}

/** The default: spread, with as little movement as can be. */
export const rank: RankPolicy = rankBy(rendezvous);
