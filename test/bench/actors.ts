import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { fromCallback } from 'xstate';
import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../machines/load-balancer/events.ts';
import { loadBalancerMachine } from '../../machines/load-balancer/machine.ts';
import { silentLog } from '../../machines/ports/log.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { systemRandom as random } from '../../src/adapters/system-random.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { recordFormats } from '../../src/controller/records/record-formats.ts';
import { ActorHost } from '../../src/host/actor-host.ts';
import type { ActorKind } from '../../src/host/actor-kind.ts';
import { watchMs } from '../../src/inspector/gateway/live-feed.ts';
import { HostedActors } from '../../src/inspector/tap/hosted-actors.ts';
import { Tap } from '../../src/inspector/tap/tap.ts';
import { spread } from './statistics.ts';

/** Without a tap; with one that nobody watches; with one that somebody does. */
const variants = ['without', 'unwatched', 'watched'] as const;
type Variant = (typeof variants)[number];

export const actorsCommand = new Command('actors')
  .description('what a step of an actor costs, committed: without a tap, with one, and watched')
  .option('--actors <n>', 'load balancers', wholeNumber(1, 10_000), 200)
  .option('--steps <n>', 'steps of each in a round', wholeNumber(1, 10_000), 40)
  .option('--rounds <n>', 'rounds of each variant, in turns', wholeNumber(1, 1_000), 15)
  .action(async (options: { actors: number; steps: number; rounds: number }) => {
    console.log(JSON.stringify(await measure(options)));
  });

async function measure({
  actors,
  steps,
  rounds,
}: {
  actors: number;
  steps: number;
  rounds: number;
}) {
  const microseconds: Record<Variant, number[]> = { without: [], unwatched: [], watched: [] };
  for (let round = -1; round < rounds; round += 1) {
    // In another order each time, so that whoever comes after whom evens out.
    const order = variants.map((_, turn) => variants[(turn + round + 3) % 3] ?? 'without');
    for (const variant of order) {
      const taken = await oneRound(variant, actors, steps);
      // The first round is the engine's, which compiles.
      if (round >= 0) microseconds[variant].push(taken);
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
  const ratios = (variant: Variant) =>
    microseconds[variant].map((value, round) => value / (microseconds.without[round] ?? value));
  return {
    benchmark: 'actors',
    at: new Date(clock.wallMs()).toISOString(),
    machine: { cpu: cpus()[0]?.model, node: process.version, loadAverage: loadavg() },
    ...{ actors, steps, rounds },
    microsecondsPerStep: Object.fromEntries(
      variants.map((variant) => [variant, spread(microseconds[variant])]),
    ),
    timesWithout: { unwatched: spread(ratios('unwatched')), watched: spread(ratios('watched')) },
  };
}

const event: LoadBalancerEvent = {
  ...{ type: 'place', candidates: [], claimants: [], standbyReady: false, at: 1 },
  ...{
    rejected: [{ agent: 'agent-1', reason: 'its driver is another one' }],
    reason: 'nobody can',
  },
};

/** The processor's microseconds for a step that was committed. */
async function oneRound(variant: Variant, actors: number, steps: number): Promise<number> {
  const broker = new MemoryBroker(clock);
  const watcher = broker.connect('inspector');
  const tap = new Tap({
    ...{ node: 'controller-1', role: 'controller', bus: broker.connect('controller-1') },
    ...{ clock, random, log: silentLog, facts: () => ({}) },
  });
  const hosted = new HostedActors('load-balancer', tap);
  tap.add(hosted);
  tap.listen();
  let bytes = 0;
  watcher.subscribe(subjects.allInspections, ({ data }) => (bytes += data.length));
  const timings = presets.lan;
  const options = { clock, random, log: silentLog, timings };
  const host = new ActorHost<LoadBalancerContext, LoadBalancerEvent>(
    kind(),
    variant === 'without' ? options : { ...options, tap: hosted },
  );
  const ids = Array.from({ length: actors }, (_, number) => `lb-${number}`);
  for (const id of ids) host.birth(id);
  const everyone = () => Promise.all(ids.map((id) => host.ask(id, event)));
  await everyone();
  if (variant === 'watched') {
    watcher.publish(subjects.inspectionWatch, JSON.stringify({ forMs: watchMs, fresh: true }));
    await everyone();
  }
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step += 1) await everyone();
  const { user, system } = process.cpuUsage(before);
  if ((variant === 'watched') !== bytes > 0)
    throw new Error(`${variant}: ${bytes} bytes were told`);
  tap.stop();
  host.stop();
  return (user + system) / (actors * steps);
}

function kind(): ActorKind<LoadBalancerContext> {
  const idle = fromCallback(() => undefined);
  return {
    ...recordFormats.loadBalancer,
    logic: loadBalancerMachine.provide({ actors: { drive: idle, deadline: idle, retry: idle } }),
    store: new MemoryStore(clock),
    effects: new Set(),
    early: () => false,
    stepped: () => undefined,
    committed: () => undefined,
    running: () => undefined,
    ended: () => undefined,
  };
}
