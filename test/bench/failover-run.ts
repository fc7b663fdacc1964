import { join } from 'node:path';
import { delay } from '../../machines/ports/clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import { Stack } from '../../src/up/stack.ts';
import { cpuMs, usedSince } from './cpu.ts';
import { DeviceProcess } from './device-process.ts';
import { type Creation, createLoadBalancers, untilAll } from './load-balancers.ts';
import { RecordWatch } from './record-watch.ts';
import { sharedMs } from './shared-clock.ts';

const victim = 'agent-1';
/** How long one step of a run may take before it counts as failed. */
const stepTimeoutMs = 120_000;
/** A rest before the kill, so that what the start of agents left behind is not measured. */
const restMs = 1_000;

export interface FailoverOptions {
  readonly loadBalancers: number;
  readonly agents: number;
  readonly logLevel: string;
  /** Of this run alone. */
  readonly directory: string;
}

/** Milliseconds since the kill. */
export interface FailoverTimes {
  readonly creation: Creation;
  /** When the judge declared the agent dead. */
  readonly detectedMs: number;
  /** When the device accepted the new epoch, for each load balancer. */
  readonly acceptedMs: readonly number[];
  /** When its record was settled, for each load balancer. */
  readonly settledMs: readonly number[];
  /** Processor time from the kill until all was settled, by process: tells more than time where others work on the machine too. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** How many load balancers the new holders have, by agent. */
  readonly holders: Readonly<Record<string, number>>;
}

/** One failover in a world of its own: everything is started, loaded, hit, and stopped again. */
export async function runFailover(options: FailoverOptions): Promise<FailoverTimes> {
  const device = await DeviceProcess.start();
  try {
    const stack = await startStack(options, device.url);
    try {
      return await measure(options, stack, device);
    } finally {
      await stack.stop();
    }
  } finally {
    await device.stop();
  }
}

function startStack(options: FailoverOptions, deviceUrl: string): Promise<Stack> {
  return Stack.start({
    directory: options.directory,
    agents: options.agents,
    apiPort: 0,
    preset: 'local',
    drivers: { memory: { device: { url: deviceUrl } } },
    logLevel: options.logLevel,
    natsBinary: natsServerBinary(process.env),
    clock,
    log: silentLog,
    restart: false,
    output: options.logLevel === 'info' || options.logLevel === 'debug' ? 'ignore' : 'inherit',
  });
}

async function measure(
  { loadBalancers, directory }: FailoverOptions,
  stack: Stack,
  device: DeviceProcess,
): Promise<FailoverTimes> {
  const api = new ApiClient(stack.apiUrl);
  const creation = await loadVictim(api, stack, loadBalancers);
  const ready = await untilAll(
    api,
    'bound with a standby',
    (each) => each.state === 'bound.settled' && each.standby !== null,
    stepTimeoutMs,
  );
  const epochs = new Map(ready.map(({ id, binding }) => [id, binding?.epoch ?? 0]));
  const records = await RecordWatch.start({ natsUrl: stack.nats.url, directory });
  try {
    await delay(clock, restMs);
    const { reached } = await device.expect(epochs);
    const cpuBefore = await cpuOf(stack, device);
    const killedWallMs = clock.wallMs();
    const killedMs = sharedMs();
    stack.agents.get(victim)?.kill('SIGKILL');
    const settled = await records.settled(epochs, stepTimeoutMs);
    const entries = await reached;
    const cpuAfter = await cpuOf(stack, device);
    const held = await untilAll(
      api,
      `bound to others than ${victim}`,
      (each) => each.state === 'bound.settled' && each.binding?.agent !== victim,
      stepTimeoutMs,
    );
    const holders: Record<string, number> = {};
    for (const { binding } of held) {
      const agent = binding?.agent ?? 'nobody';
      holders[agent] = (holders[agent] ?? 0) + 1;
    }
    return {
      creation,
      detectedMs: (await declaredDeadMs(api)) - killedWallMs,
      acceptedMs: entries.map(({ at }) => at - killedMs),
      settledMs: [...settled.values()].map((at) => at - killedMs),
      cpuMs: usedSince(cpuBefore, cpuAfter),
      holders,
    };
  } finally {
    await records.stop();
  }
}

async function cpuOf(stack: Stack, device: DeviceProcess): Promise<Record<string, number | null>> {
  const used: Record<string, number | null> = {
    controller: await cpuMs(stack.controller.pid),
    nats: await cpuMs(stack.nats.pid()),
    devices: await cpuMs(device.pid),
  };
  for (const [id, agent] of stack.agents) used[id] = await cpuMs(agent.pid);
  return used;
}

/** Creates while the victim is alone, so that it holds them all; the others come back as standbys. */
async function loadVictim(api: ApiClient, stack: Stack, count: number): Promise<Creation> {
  const others = [...stack.agents].filter(([id]) => id !== victim).map(([, agent]) => agent);
  await Promise.all(others.map((agent) => agent.stop()));
  const creation = await createLoadBalancers(api, count);
  const alone = (each: { state: string; binding: { agent: string } | null }) =>
    each.state === 'bound.settled' && each.binding?.agent === victim;
  await untilAll(api, `bound to ${victim}`, alone, stepTimeoutMs);
  for (const agent of others) await agent.start();
  return creation;
}

/** The wall time of the verdict. */
async function declaredDeadMs(api: ApiClient): Promise<number> {
  const agents = await api.agents();
  const dead = agents.find(({ id, state }) => id === victim && state === 'dead');
  if (dead === undefined) throw new Error(`${victim} was killed and is not declared dead`);
  return dead.since.getTime();
}

export function runDirectory(root: string, size: number, run: number): string {
  return join(root, `${size}-${run}`);
}
