import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { delay } from '../../machines/ports/clock.ts';
import { Seat } from '../../machines/protocol/seat.ts';
import { presets } from '../../machines/timings/timings.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { ApiClient, CommandError, type Transition } from '../client/api-client.ts';
import { explanation, readExplained } from '../client/explanation.ts';
import { createLog } from '../log/log.ts';
import { freePort } from '../nats-server/free-port.ts';
import { Endings } from '../processes/endings.ts';
import { Stack } from '../up/stack.ts';
import { type Backend, startBackend } from './backends.ts';
import { afterwards } from './afterwards.ts';
import { setStage, type Stage } from './stage.ts';
import { loadBalancerRequest } from './load-balancer-request.ts';
import { endServingProcesses, servingProcesses } from './serving-processes.ts';
import { type DemoOutcome, outcomeOf, type Story } from './story.ts';
import { expectation, stepLine, timeline, transitionLine } from './timeline.ts';
import { Traffic } from './traffic.ts';

const preset = 'local';
/** How long each step may take before the demo gives up, naming the step. */
const stepTimeoutMs = 60_000;
/** How long to watch for a takeover, and how long to go on when it has come. */
const takeoverTimeoutMs = 30_000;
const afterglowMs = 500;
const pollMs = 25;
/**
 * Who can't connect tries again after one second and after three: a client of an address that moves has
 * that much patience.
 */
const retriesMs = 4_000;
/** Good answers before the kill, so that the client is known to be served. */
const warmUpAnswers = 50;

export interface DemoOptions {
  readonly agents: number;
  /** All agents on one host, also where hosts of their own could be made. */
  readonly oneHost: boolean;
  readonly print: (line: string) => void;
  /** Breaks the demo off; it then rejects with the signal's reason, and leaves nothing behind. */
  readonly signal: AbortSignal;
}

/** Starts the real parts, kills an agent and its HAProxy, and tells what happened. */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  const stage = await setStage(options.agents, options.oneHost);
  const endings = new Endings();
  endings.add(() => rm(directory, { recursive: true, force: true }));
  endings.add(() => stage.close());
  // After the agents have stopped, because an agent starts again what dies under it.
  endings.add(() => endServingProcesses(directory, clock));
  let outcome: DemoOutcome;
  try {
    outcome = await failover(options, stage, directory, endings);
  } catch (error) {
    await endings.end().catch((later: unknown) => options.print(`not ended: ${String(later)}`));
    throw error;
  }
  await endings.end();
  return outcome;
}

/** Tells of every step of every actor, and if that can't be told any more. */
function follow(
  api: ApiClient,
  told: (transition: Transition) => void,
  print: (line: string) => void,
  signal: AbortSignal,
): void {
  api.follow(told, signal).catch((error: unknown) => {
    if (!signal.aborted) print(`the event stream broke: ${String(error)}`);
  });
}

const startBackends = async (stage: Stage): Promise<readonly Backend[]> => [
  await startBackend('backend-1', stage.servers),
  await startBackend('backend-2', stage.servers),
];

async function failover(
  { agents, print, signal }: DemoOptions,
  stage: Stage,
  directory: string,
  endings: Endings,
): Promise<DemoOutcome> {
  const log = createLog({ level: 'error', name: 'demo' });
  print(`Starting NATS, a controller and ${agents} agent${agents === 1 ? '' : 's'} ...`);
  print(stage.opening);
  const stack = await Stack.start({
    directory,
    agents,
    apiPort: 0,
    preset,
    drivers: stage.drivers,
    ...(stage.surroundings === null ? {} : { surroundings: stage.surroundings(directory) }),
    logLevel: 'error',
    natsBinary: process.env['HOLDFAST_NATS_SERVER'] ?? 'nats-server',
    clock,
    log,
    restart: false,
    output: 'inherit',
    signal,
  });
  endings.add(() => stack.stop());
  const until = (what: string, holds: () => Promise<boolean>) => untilHolds(what, holds, signal);
  const api = new ApiClient(stack.apiUrl);
  const following = new AbortController();
  endings.add(() => following.abort());
  const transitions: Transition[] = [];
  let killedAt: number | null = null;
  const note = (transition: Transition): void => {
    transitions.push(transition);
    print(transitionLine(transition, killedAt));
  };
  follow(api, note, print, following.signal);

  await until(`${agents} agents are alive`, async () => {
    return (await api.agents()).filter(({ state }) => state === 'alive').length === agents;
  });

  const backends = await startBackends(stage);
  endings.add(() => backends.forEach((backend) => backend.close()));
  print('\nCreating a load balancer through the API, in front of two HTTP servers ...');
  const { id, address, port } = await createLoadBalancer(api, stage, backends);
  const before = await untilBound(api, id, until);
  const patienceMs = stage.isLeased ? retriesMs : 1_000;
  const traffic = new Traffic(address, port, {
    under: stage.clientUnder,
    timeoutMs: patienceMs,
  });
  endings.add(() => traffic.stop());
  await until('the client gets answers', () => {
    return Promise.resolve(traffic.answers.filter(({ ok }) => ok).length >= warmUpAnswers);
  });
  print(`A client asks http://${address}:${port}/ 100 times a second, each on a new connection.`);

  const processes = await servingProcesses(id);
  print(`\nKilling ${before.agent} and its HAProxy (pid ${processes.join(', ')}) with SIGKILL:`);
  killedAt = clock.wallMs();
  stack.agents.get(before.agent)?.kill('SIGKILL');
  for (const pid of processes) process.kill(pid, 'SIGKILL');
  const story = async (): Promise<Story> => ({
    killedAt: killedAt ?? 0,
    loadBalancer: id,
    before,
    transitions,
    answers: traffic.answers,
    newProcesses: (await servingProcesses(id)).filter((pid) => !processes.includes(pid)),
  });
  const limitMs = agents === 1 ? 3_000 : takeoverTimeoutMs;
  const endMs = clock.monotonicMs() + limitMs;
  while (clock.monotonicMs() < endMs && !outcomeOf(await story()).ok) {
    await delay(clock, pollMs, signal);
  }
  await delay(clock, afterglowMs, signal);
  const told = await story();
  const outcome = outcomeOf(told);
  const explained = await api.get(`/holdfast/v1/loadbalancers/${id}/explain`);
  tell(print, stage, told, outcome, explanation(readExplained(explained), clock.wallMs()));
  if (!outcome.ok || outcome.agentAfter === null) return outcome;
  const holder = async () => {
    const { binding, provisioning_status: status } = await whereabouts(api, id);
    return status === 'ACTIVE' ? (binding?.agent ?? null) : null;
  };
  const rest = { api, stack, clock, traffic, patienceMs, print, until, holder };
  const ending = await afterwards(id, before.agent, outcome.agentAfter, rest);
  print(
    '\nTo look further: npm run up, then npm run holdfast -- agents, and npm run holdfast -- explain <name>.',
  );
  return { ...outcome, ...ending, ok: ending.cameHomeClean && ending.drainFailedRequests === 0 };
}

function tell(
  print: (line: string) => void,
  stage: Stage,
  story: Story,
  outcome: DemoOutcome,
  explained: string,
): void {
  print('\nWhat happened, measured from the kill:');
  for (const line of timeline(story)) print(line);
  print(
    stepLine(
      null,
      'client',
      `${outcome.failedRequests} of ${outcome.totalRequests} requests failed`,
    ),
  );
  print(`\n${explained}`);
  print('\nExpected by the timings, until the takeover is commanded (not measured):');
  for (const line of expectation(presets[preset], stage.isLeased)) print(line);
  print('');
  print(
    outcome.ok
      ? stage.closing
      : 'Nobody could take the load balancer over; it waits, and is bound as soon as somebody can.',
  );
}

const Created = z.object({ loadbalancer: z.object({ id: z.string(), vip_address: z.string() }) });

async function createLoadBalancer(
  api: ApiClient,
  { provider, subnetId, servers }: Stage,
  backends: readonly Backend[],
): Promise<{ id: string; address: string; port: number }> {
  const port = await freePort();
  const request = loadBalancerRequest({
    ...{ name: 'demo', provider, subnetId, port },
    healthmonitor: { type: 'HTTP', delay: 1, timeout: 1, max_retries: 1, url_path: '/' },
    members: backends.map((backend) => ({ address: servers, protocol_port: backend.port })),
  });
  const created = await api.post('/v2.0/lbaas/loadbalancers', request);
  const { id, vip_address: address } = Created.parse(created).loadbalancer;
  return { id, address, port };
}

const Bound = z.object({
  loadbalancer: z.object({
    state: z.string(),
    provisioning_status: z.string(),
    reason: z.string().nullable(),
    binding: Seat.nullable(),
  }),
});

async function whereabouts(api: ApiClient, id: string) {
  return Bound.parse(await api.get(`/holdfast/v1/loadbalancers/${id}/explain`)).loadbalancer;
}

async function untilBound(
  api: ApiClient,
  id: string,
  until: (what: string, holds: () => Promise<boolean>) => Promise<void>,
): Promise<Seat> {
  let bound: Seat | null = null;
  await until('the load balancer is ACTIVE', async () => {
    const loadbalancer = await whereabouts(api, id);
    if (loadbalancer.provisioning_status === 'ERROR') {
      throw new CommandError(
        `the load balancer is in ERROR: ${loadbalancer.reason ?? 'no reason'}`,
      );
    }
    if (loadbalancer.provisioning_status === 'ACTIVE') bound = loadbalancer.binding;
    return bound !== null;
  });
  if (bound === null) throw new Error('bound, but to nobody');
  return bound;
}

async function untilHolds(
  what: string,
  holds: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const endMs = clock.monotonicMs() + stepTimeoutMs;
  while (!(await holds())) {
    if (clock.monotonicMs() > endMs) {
      throw new CommandError(`the demo gave up after ${stepTimeoutMs} ms waiting until ${what}`);
    }
    await delay(clock, pollMs, signal);
  }
}
