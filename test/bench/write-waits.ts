import { Command, Option } from 'commander';
import { loadavg } from 'node:os';
import { delay } from '../../machines/ports/clock.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import type { ManagedProcess } from '../../src/up/managed-process.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import { DeviceProcess } from './device-process.ts';
import { createLoadBalancers, shapes, untilAll } from './load-balancers.ts';
import { describeMachine } from './machine.ts';
import { sharedMs } from './shared-clock.ts';
import { percentile, rounded, spread, type Spread } from './statistics.ts';
import { clusterWorld } from './worlds.ts';

/** What befalls a controller; resolves when it has ended. */
const events = {
  'controller-killed': (controller: ManagedProcess) => {
    controller.kill('SIGKILL');
    return Promise.resolve();
  },
  /** As a service manager stops it. */
  'controller-stopped': (controller: ManagedProcess) => controller.stop({ comesBack: true }),
} as const;
type Event = keyof typeof events;

/** How long clients write before and after that. */
const beforeMs = 2_000;
const afterMs = 6_000;
/** Between two writes of one client. */
const pauseMs = 50;
const createdTimeoutMs = 120_000;
const answersTimeoutMs = 30_000;

interface Write {
  /** When it was first asked for, in milliseconds since the event. */
  readonly atMs: number;
  /** Until it was acknowledged, through all attempts. */
  readonly tookMs: number;
}

/** What one event came to, in milliseconds. */
interface RunResult {
  readonly load: number;
  readonly writes: number;
  readonly refusals: number;
  readonly beforeP50Ms: number;
  readonly beforeMaxMs: number;
  /** Of those that were under way at the event, or came after it. */
  readonly longestMs: number;
}

export interface WriteWaitsReport {
  readonly benchmark: 'write-waits';
  readonly at: string;
  readonly machine: Awaited<ReturnType<typeof describeMachine>>;
  readonly event: Event;
  readonly loadBalancers: number;
  readonly longestMs: Spread;
  readonly runs: readonly RunResult[];
}

interface Options {
  readonly event: Event;
  readonly loadBalancers: number;
  readonly runs: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

export const writeWaitsCommand = new Command('write-waits')
  .description('one of two controllers goes: how long do writes wait, which clients send to both?')
  .addOption(
    new Option('--event <event>', 'what befalls the controller')
      .choices(Object.keys(events))
      .default('controller-killed'),
  )
  .option('--load-balancers <n>', 'how many are edited, each by a client', wholeNumber(1, 500), 20)
  .option('--runs <n>', 'how often one of them goes', wholeNumber(1, 100), 3)
  .action(async (options: Options) => {
    process.stdout.write(`${JSON.stringify(await writeWaits(options))}\n`);
  });

async function writeWaits({ event, loadBalancers, runs }: Options): Promise<WriteWaitsReport> {
  const machine = await describeMachine(natsServerBinary(process.env));
  say(`${machine.cpu}, ${machine.cores} cores, load ${machine.loadAverage.join(' ')}`);
  const device = await DeviceProcess.start();
  try {
    const { cluster, stop } = await clusterWorld({ deviceUrl: device.url, logLevel: 'warn' });
    try {
      const { ids } = await createLoadBalancers(cluster.api, loadBalancers, shapes.small);
      const isSettled = (each: { state: string }) => each.state === 'bound.settled';
      const results: RunResult[] = [];
      for (let run = 1; run <= runs; run += 1) {
        await untilAll(cluster.api, 'settled', isSettled, createdTimeoutMs);
        // In turns, so that whoever comes back takes its shards meanwhile.
        const victim = run % 2 === 0 ? 'controller-1' : 'controller-2';
        const other = run % 2 === 0 ? 'controller-2' : 'controller-1';
        const apis = [victim, other].map((id) => new ApiClient(cluster.apiOf(id)));
        const controller = cluster.controllers.get(victim);
        if (controller === undefined) throw new Error(`${victim} does not run`);
        const result = await oneEvent(ids, apis, () => events[event](controller));
        results.push(result);
        say(`run ${run}: ${JSON.stringify(result)}`);
        await cluster.startController(victim);
      }
      const at = new Date().toISOString();
      const longestMs = spread(results.map((each) => each.longestMs));
      return {
        benchmark: 'write-waits',
        at,
        machine,
        event,
        loadBalancers,
        longestMs,
        runs: results,
      };
    } finally {
      await stop();
    }
  } finally {
    await device.stop();
  }
}

/** Each client begins with one of the controllers, and goes to the other one when it is refused. */
async function oneEvent(
  ids: readonly string[],
  apis: readonly ApiClient[],
  happen: () => Promise<void>,
): Promise<RunResult> {
  const writes: { fromMs: number; tookMs: number }[] = [];
  let refusals = 0;
  let stopped = false;
  const client = async (id: string, index: number): Promise<void> => {
    let at = index;
    const put = (loadbalancer: object): Promise<unknown> =>
      apis[at % apis.length]?.put(`/v2.0/lbaas/loadbalancers/${id}`, { loadbalancer }) ??
      Promise.reject(new Error('there is no controller to ask'));
    for (let edit = 1; !stopped; edit += 1) {
      const fromMs = sharedMs();
      const loadbalancer = { description: `edit ${edit}` };
      while (
        await put(loadbalancer).then(
          () => false,
          () => true,
        )
      ) {
        refusals += 1;
        at += 1;
        if (sharedMs() - fromMs > answersTimeoutMs) throw new Error(`no edit of ${id} was taken`);
        await delay(clock, pauseMs);
      }
      writes.push({ fromMs, tookMs: sharedMs() - fromMs });
      await delay(clock, pauseMs);
    }
  };
  const clients = Promise.all(ids.map(client));
  await delay(clock, beforeMs);
  const load = loadavg()[0] ?? 0;
  const happenedMs = sharedMs();
  const happened = happen();
  await delay(clock, afterMs);
  stopped = true;
  await Promise.all([clients, happened]);
  const told = writes.map(({ fromMs, tookMs }): Write => ({ atMs: fromMs - happenedMs, tookMs }));
  const before = told.filter(({ atMs, tookMs }) => atMs + tookMs < 0).map(({ tookMs }) => tookMs);
  const after = told.filter(({ atMs, tookMs }) => atMs + tookMs >= 0).map(({ tookMs }) => tookMs);
  return {
    load: rounded(load),
    writes: writes.length,
    refusals,
    beforeP50Ms: rounded(percentile(before, 50)),
    beforeMaxMs: rounded(percentile(before, 100)),
    longestMs: rounded(percentile(after, 100)),
  };
}
