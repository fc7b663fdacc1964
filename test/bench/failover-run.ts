import { join } from 'node:path';
import { loadavg } from 'node:os';
import { delay, pause } from '../../machines/ports/clock.ts';
import type { PresetName } from '../../machines/timings/timings.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import type { Agent, ApiClient } from '../../src/client/api-client.ts';
import { cpuMs, machineCpuMs, usedSince } from './cpu.ts';
import { DeviceProcess } from './device-process.ts';
import {
  type Creation,
  createLoadBalancers,
  type Shape,
  untilAll,
  untilSeated,
} from './load-balancers.ts';
import { yardstickMs } from './machine.ts';
import { RecordTimes } from './record-times.ts';
import { sharedMs } from './shared-clock.ts';
import { type BenchWorld, clusterWorld, smallWorld } from './worlds.ts';

const victim = 'agent-1';
/** How long one step of a run may take before it counts as failed: from, and for each load balancer. */
const stepTimeoutMs = 120_000;
const stepEachMs = 100;
/** At rest is who takes no more than this share of the processor for so long. */
const restMs = 1_000;
const restShare = 0.1;

/** What befalls the agent that holds them all. */
export const events = {
  /** Its process is killed, which closes its connection. */
  'agent-killed': { signal: 'SIGKILL', withLeader: false },
  /** It says nothing any more, and its connection stays open, as when its host is gone. */
  'agent-silent': { signal: 'SIGSTOP', withLeader: false },
  /** It is killed together with the one of three NATS servers that leads the binding records. */
  'agent-and-leader': { signal: 'SIGKILL', withLeader: true },
} as const satisfies Readonly<Record<string, { signal: NodeJS.Signals; withLeader: boolean }>>;
export type EventName = keyof typeof events;

export interface FailoverOptions {
  readonly loadBalancers: number;
  readonly shape: Shape;
  readonly event: EventName;
  readonly agents: number;
  readonly preset: PresetName;
  readonly logLevel: string;
  /** Of this run alone. */
  readonly directory: string;
}

/** Milliseconds since the event. */
export interface FailoverTimes {
  readonly creation: Creation;
  /** When the judge declared the agent dead. */
  readonly detectedMs: number;
  /** When the device accepted the new epoch, for each load balancer. */
  readonly acceptedMs: readonly number[];
  /** When its record was settled, for each load balancer. */
  readonly settledMs: readonly number[];
  /**
   * Processor time from the event until all was settled, by process, and of all others on the machine: tells
   * more than time where others work on it too.
   */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** The machine's load average over the last minute, just before the event. */
  readonly load: number;
  /** What the machine's core took for a fixed piece of work, just before the event. */
  readonly yardstickMs: number;
  /** How many load balancers the new holders have, by agent. */
  readonly holders: Readonly<Record<string, number>>;
}

/** One failover in a world of its own: everything is started, loaded, hit, and stopped again. */
export async function runFailover(options: FailoverOptions): Promise<FailoverTimes> {
  const device = await DeviceProcess.start();
  try {
    const start = events[options.event].withLeader ? clusterWorld : smallWorld;
    const world = await start({ ...options, deviceUrl: device.url });
    try {
      return await measure(options, world, device);
    } finally {
      // One that stands still can't be asked to end.
      world.agents.get(victim)?.kill('SIGKILL');
      await world.stop();
    }
  } finally {
    await device.stop();
  }
}

async function measure(
  options: FailoverOptions,
  world: BenchWorld,
  device: DeviceProcess,
): Promise<FailoverTimes> {
  const { api, directory, natsUrls } = world;
  const timeoutMs = stepTimeoutMs + stepEachMs * options.loadBalancers;
  const creation = await loadVictim(world, options, timeoutMs);
  const standbys = (all: readonly Agent[]) =>
    all.reduce((sum, each) => sum + each.standby_loadbalancers, 0);
  await untilSeated(api, 'given a standby', standbys, options.loadBalancers, timeoutMs);
  const ready = await untilAll(
    api,
    'bound with a standby',
    (each) => each.state === 'bound.settled' && each.standby !== null,
    timeoutMs,
  );
  const epochs = new Map(ready.map(({ id, binding }) => [id, binding?.epoch ?? 0]));
  const records = await RecordTimes.open({ natsUrls, directory });
  try {
    const killLeader = events[options.event].withLeader ? await world.killLeader?.() : undefined;
    await atRest(world, device, timeoutMs);
    const yardstick = yardstickMs();
    const { reached } = await device.expect(epochs);
    const cpuBefore = await cpuOf(world, device);
    const load = loadavg()[0] ?? 0;
    const writes = await records.writes();
    const hitWallMs = clock.wallMs();
    const hitMs = sharedMs();
    killLeader?.();
    world.agents.get(victim)?.kill(events[options.event].signal);
    const waiting = new AbortController();
    await Promise.race([reached, pause(clock, timeoutMs, waiting.signal)]);
    waiting.abort();
    await records.reached(writes + epochs.size, timeoutMs);
    const cpuAfter = await cpuOf(world, device);
    const settled = await records.settled(epochs, timeoutMs);
    const entries = await reached;
    const held = await untilAll(
      api,
      `bound to others than ${victim}`,
      (each) => each.state === 'bound.settled' && each.binding?.agent !== victim,
      timeoutMs,
    );
    const holders: Record<string, number> = {};
    for (const { binding } of held) {
      const agent = binding?.agent ?? 'nobody';
      holders[agent] = (holders[agent] ?? 0) + 1;
    }
    return {
      creation,
      detectedMs: (await declaredDeadMs(api)) - hitWallMs,
      acceptedMs: entries.map(({ at }) => at - hitMs),
      settledMs: [...settled.values()].map((at) => at - hitWallMs),
      cpuMs: withoutOthers(usedSince(cpuBefore, cpuAfter)),
      load,
      yardstickMs: yardstick,
      holders,
    };
  } finally {
    await records.close();
  }
}

/**
 * Waits until nobody does more than a heartbeat takes: what the start of agents left behind, such as telling standbys
 * what they would be commanded, is not what is measured.
 */
async function atRest(world: BenchWorld, device: DeviceProcess, timeoutMs: number): Promise<void> {
  const endMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const before = await cpuOf(world, device);
    await delay(clock, restMs);
    const used = Object.entries(usedSince(before, await cpuOf(world, device)));
    const busy = used.filter(([name, ms]) => name !== 'machine' && ms > restMs * restShare);
    if (busy.length === 0) return;
    if (clock.monotonicMs() > endMs) {
      const who = busy.map(([name, ms]) => `${name} ${ms} ms`).join(', ');
      throw new Error(`not at rest within ${timeoutMs} ms: in the last ${restMs} ms ${who}`);
    }
  }
}

async function cpuOf(
  world: BenchWorld,
  device: DeviceProcess,
): Promise<Record<string, number | null>> {
  const used: Record<string, number | null> = {
    machine: await machineCpuMs(),
    bench: await cpuMs(process.pid),
    devices: await cpuMs(device.pid),
  };
  for (const [name, pid] of Object.entries(world.pids())) used[name] = await cpuMs(pid);
  return used;
}

/** What the machine did beside all that is measured. */
function withoutOthers({ machine, ...own }: Record<string, number>): Record<string, number> {
  if (machine === undefined) return own;
  const sum = Object.values(own).reduce((all, each) => all + each, 0);
  return { ...own, others: Math.max(0, machine - sum) };
}

/** Creates while the victim is alone, so that it holds them all; the others come back as standbys. */
async function loadVictim(
  { api, agents }: BenchWorld,
  { loadBalancers, shape }: FailoverOptions,
  timeoutMs: number,
): Promise<Creation> {
  const others = [...agents].filter(([id]) => id !== victim).map(([, agent]) => agent);
  await Promise.all(others.map((agent) => agent.stop()));
  const creation = await createLoadBalancers(api, loadBalancers, shape);
  const alone = (each: { state: string; binding: { agent: string } | null }) =>
    each.state === 'bound.settled' && each.binding?.agent === victim;
  const boundTo = (all: readonly Agent[]) =>
    all.find(({ id }) => id === victim)?.bound_loadbalancers ?? 0;
  await untilSeated(api, `bound to ${victim}`, boundTo, loadBalancers, timeoutMs);
  await untilAll(api, `bound to ${victim}`, alone, timeoutMs);
  for (const agent of others) await agent.start();
  return creation;
}

/** The wall time of the verdict. */
async function declaredDeadMs(api: ApiClient): Promise<number> {
  const agents = await api.agents();
  const dead = agents.find(({ id, state }) => id === victim && state === 'dead');
  if (dead === undefined) throw new Error(`${victim} is gone and is not declared dead`);
  return dead.since.getTime();
}

export function runDirectory(root: string, size: number, run: number): string {
  return join(root, `${size}-${run}`);
}
