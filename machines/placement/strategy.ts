import type { AgentFacts, Ask } from './candidates.ts';

/** Orders those that can take a load balancer, the best first. */
export type Strategy = (fit: readonly AgentFacts[], ask: Ask) => readonly AgentFacts[];

/** By the score, the greatest first; equal ones by their ids, so that all controllers agree. */
export function byScore(fit: readonly AgentFacts[], score: (agent: AgentFacts) => number) {
  const scores = new Map(fit.map((agent) => [agent, score(agent)]));
  return fit.toSorted((a, b) => {
    const difference = (scores.get(b) ?? 0) - (scores.get(a) ?? 0);
    return difference !== 0 ? difference : a.id < b.id ? -1 : 1;
  });
}
