import { silentLog } from '../../machines/ports/log.ts';
import type { PresetName } from '../../machines/timings/timings.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import type { ManagedProcess } from '../../src/up/managed-process.ts';
import { Stack } from '../../src/up/stack.ts';
import { ClusterStack } from '../long/support/cluster-stack.ts';

/** What a benchmark needs of the processes that it measures. */
export interface BenchWorld {
  readonly api: ApiClient;
  readonly natsUrls: readonly string[];
  /** Where their keys are. */
  readonly directory: string;
  readonly agents: ReadonlyMap<string, ManagedProcess>;
  pids(): Readonly<Record<string, number | null>>;
  /** Kills the NATS server that leads the binding records, at once; a world of one server has none. */
  readonly killLeader: (() => Promise<() => void>) | null;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly deviceUrl: string;
  readonly agents: number;
  readonly preset: PresetName;
  readonly logLevel: string;
  readonly directory: string;
}

/** One NATS server and one controller. */
export async function smallWorld(options: WorldOptions): Promise<BenchWorld> {
  const { directory, agents, preset, logLevel, deviceUrl } = options;
  const stack = await Stack.start({
    directory,
    agents,
    apiPort: 0,
    preset,
    drivers: { memory: { device: { url: deviceUrl } } },
    logLevel,
    natsBinary: natsServerBinary(process.env),
    clock,
    log: silentLog,
    restart: false,
    output: logLevel === 'info' || logLevel === 'debug' ? 'ignore' : 'inherit',
  });
  return {
    api: new ApiClient(stack.apiUrl),
    natsUrls: [stack.nats.url],
    directory,
    agents: stack.agents,
    pids: () => ({
      controller: stack.controller.pid,
      nats: stack.nats.pid(),
      ...pidsOf(stack.agents),
    }),
    killLeader: null,
    stop: () => stack.stop(),
  };
}

/** Three NATS servers that replicate, and two controllers. */
export async function clusterWorld(
  options: Pick<WorldOptions, 'deviceUrl' | 'logLevel'>,
): Promise<BenchWorld & { readonly cluster: ClusterStack }> {
  const cluster = await ClusterStack.start({
    drivers: { memory: { device: { url: options.deviceUrl } } },
    logLevel: options.logLevel,
  });
  return {
    cluster,
    api: cluster.api,
    natsUrls: cluster.urls,
    directory: cluster.directory,
    agents: cluster.agents,
    pids: () => ({ ...pidsOf(cluster.controllers), ...pidsOf(cluster.agents) }),
    killLeader: async () => {
      const leader = await cluster.leader('binding');
      return () => void cluster.nats.kill(leader);
    },
    stop: () => cluster.close(),
  };
}

function pidsOf(processes: ReadonlyMap<string, ManagedProcess>): Record<string, number | null> {
  return Object.fromEntries([...processes].map(([name, { pid }]) => [name, pid]));
}
