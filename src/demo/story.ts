import type { Transition } from '../client/api-client.ts';
import type { ProbeAnswer } from './prober.ts';

/** What the demo ends with; durations in milliseconds from the kill, null for what never came. */
export interface DemoOutcome {
  readonly ok: boolean;
  readonly agentBefore: string | null;
  readonly agentAfter: string | null;
  readonly epochBefore: number | null;
  readonly epochAfter: number | null;
  readonly detectMs: number | null;
  readonly reboundMs: number | null;
  readonly trafficGapMs: number | null;
  readonly failedRequests: number;
  readonly totalRequests: number;
  /** Nothing of what it had lost was left on the host of the killed agent when it was back. */
  readonly cameHomeClean: boolean | null;
  /** Requests that failed while its successor was drained. */
  readonly drainFailedRequests: number | null;
}

export interface Story {
  readonly killedAt: number;
  readonly loadBalancer: string;
  readonly before: { readonly agent: string; readonly epoch: number };
  readonly transitions: readonly Transition[];
  readonly answers: readonly ProbeAnswer[];
  /** Processes that serve the load balancer at the end, other than those that were killed. */
  readonly newProcesses: readonly number[];
}

/** The first good answer to a request that was sent after the kill: only a new process can give it. */
export function firstGoodAnswer(story: Pick<Story, 'killedAt' | 'answers'>): ProbeAnswer | null {
  const good = story.answers.filter((answer) => answer.ok && answer.startedAt > story.killedAt);
  return good.toSorted((a, b) => a.endedAt - b.endedAt)[0] ?? null;
}

export function outcomeOf(story: Story): DemoOutcome {
  const { killedAt, before, answers, newProcesses } = story;
  const after = transitionsAfter(story);
  const dead = after.find(
    ({ kind, id, to }) => kind === 'agent' && id === before.agent && to === 'dead',
  );
  const rebound = after.find(({ kind, from, to }) => {
    return kind === 'load-balancer' && from === 'rebinding' && to.startsWith('bound');
  });
  const answer = firstGoodAnswer(story);
  const since = (at: Date | undefined) => (at === undefined ? null : at.getTime() - killedAt);
  const agentAfter = rebound?.binding?.agent ?? null;
  const epochAfter = rebound?.binding?.epoch ?? null;
  return {
    ok:
      agentAfter !== null &&
      agentAfter !== before.agent &&
      epochAfter !== null &&
      epochAfter > before.epoch &&
      answer !== null &&
      newProcesses.length > 0,
    agentBefore: before.agent,
    agentAfter,
    epochBefore: before.epoch,
    epochAfter,
    detectMs: since(dead?.at),
    reboundMs: since(rebound?.at),
    trafficGapMs: answer === null ? null : Math.round(answer.endedAt - killedAt),
    failedRequests: answers.filter(({ ok }) => !ok).length,
    totalRequests: answers.length,
    cameHomeClean: null,
    drainFailedRequests: null,
  };
}

export function transitionsAfter({ transitions, killedAt }: Story): readonly Transition[] {
  return transitions.filter(({ at }) => at.getTime() >= Math.floor(killedAt));
}
