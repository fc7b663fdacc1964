import { type AgentFacts, type Ask, type Rejected, rejection } from './candidates.ts';
import { hash32 } from './hash.ts';

export interface Ranking {
  /** The best first. */
  readonly ranked: readonly AgentFacts[];
  readonly rejected: readonly Rejected[];
}

/** The fullest agent may hold this much more than the mean before others are preferred. */
export const boundedLoadFactor = 1.25;

/**
 * Bounded-load rendezvous hashing: each load balancer ranks the agents by a hash of the pair, so
 * that a lost agent moves only its own; agents above 1.25 times the mean load come last, in the
 * order of their load. Sources: Thaler and Ravishankar 1998; Mirrokni, Thorup and Zadimoghaddam 2016.
 */
export function rank(agents: readonly AgentFacts[], ask: Ask): Ranking {
  const fit: AgentFacts[] = [];
  const rejected: Rejected[] = [];
  for (const agent of agents) {
    const reason = rejection(agent, ask);
    if (reason === null) fit.push(agent);
    else rejected.push({ agent: agent.id, reason });
  }
  const total = fit.reduce((sum, agent) => sum + agent.load, 0);
  const bound = Math.ceil((boundedLoadFactor * (total + 1)) / Math.max(1, fit.length));
  const score = new Map(fit.map((agent) => [agent.id, hash32(`${agent.id}/${ask.loadBalancer}`)]));
  const overfull = (agent: AgentFacts) => agent.load >= bound;
  const ranked = fit.toSorted((a, b) => {
    if (overfull(a) !== overfull(b)) return overfull(a) ? 1 : -1;
    if (overfull(a) && a.load !== b.load) return a.load - b.load;
    const byScore = (score.get(b.id) ?? 0) - (score.get(a.id) ?? 0);
    return byScore !== 0 ? byScore : a.id < b.id ? -1 : 1;
  });
  return { ranked, rejected };
}
