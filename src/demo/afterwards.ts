import type { Clock } from '../../machines/ports/clock.ts';
import type { Stack } from '../up/stack.ts';
import type { ApiClient } from '../client/api-client.ts';
import { servingProcesses } from './serving-processes.ts';
import type { Traffic } from './traffic.ts';

/** What happens after the takeover: the killed agent comes home, and its successor is drained. */
export interface Afterwards {
  /** Nothing of what it has lost is left on the host of the agent that came back. */
  readonly cameHomeClean: boolean;
  readonly drainFailedRequests: number;
}

/** What it is told by, and works with. */
export interface AfterwardsOptions {
  readonly api: ApiClient;
  readonly stack: Stack;
  readonly clock: Clock;
  /** How long a client waits for an answer: so long it takes until all that was asked has failed or not. */
  readonly patienceMs: number;
  readonly traffic: Traffic;
  readonly print: (line: string) => void;
  readonly until: (what: string, holds: () => Promise<boolean>) => Promise<void>;
  /** Who holds the load balancer now, once it is settled; null before. */
  readonly holder: () => Promise<string | null>;
}

/** Good answers after which the drain counts as survived. */
const answersAfter = 100;

export async function afterwards(
  loadBalancer: string,
  killed: string,
  successor: string,
  options: AfterwardsOptions,
): Promise<Afterwards> {
  const { api, stack, clock, traffic, patienceMs, print, until, holder } = options;
  print(`\nStarting ${killed} again:`);
  const before = await servingProcesses(loadBalancer);
  await stack.agents.get(killed)?.start();
  await until(`${killed} is alive again`, async () => {
    return (await api.agents()).some(({ id, state }) => id === killed && state === 'alive');
  });
  const after = await servingProcesses(loadBalancer);
  const cameHomeClean =
    (await holder()) === successor && after.every((pid) => before.includes(pid));
  print(
    cameHomeClean
      ? `${killed} is home, and holds nothing of what it has lost; ${successor} serves on.`
      : `${killed} is home, but not clean: processes ${after.join(', ')} serve now.`,
  );

  print(`\nDraining ${successor}:`);
  const drainedAt = clock.wallMs();
  await api.order(successor, 'drain');
  await until(`${successor} is empty`, async () => {
    const now = await holder();
    return now !== null && now !== successor;
  });
  const movedAt = clock.wallMs();
  const since = (at: number) => traffic.answers.filter(({ startedAt }) => startedAt >= at);
  await until('the client is served after the move', async () => {
    return since(movedAt).filter(({ ok }) => ok).length >= answersAfter;
  });
  const allAnsweredAt = movedAt + patienceMs;
  await until('all are answered that asked during the move', async () => {
    return clock.wallMs() >= allAnsweredAt;
  });
  const asked = since(drainedAt);
  const drainFailedRequests = asked.filter(({ ok }) => !ok).length;
  print(
    `${successor} is empty: the load balancer is at ${(await holder()) ?? 'nobody'}, and ` +
      `${drainFailedRequests} of ${asked.length} requests failed.`,
  );
  return { cameHomeClean, drainFailedRequests };
}
